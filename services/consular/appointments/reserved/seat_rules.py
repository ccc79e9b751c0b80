"""The rule by which a mission gives the seats of a service today."""

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.reserved.model import SeatRule
from services.consular.appointments.reserved.rules import DRAW, FILE
from services.consular.missions import reference_data
from shared.errors import Refusal

WITHOUT_CLICKS = {DRAW: "turn_by_draw", FILE: "turn_by_file"}


def seat_rule(session: Session, mission: str, service: str) -> SeatRule:
    """The rule in force: the mission's own before the general one, the service's own before that for all, then the
    latest. Raises Refusal where there is no rule."""
    today = missions.today(session, mission)
    applicable = [
        row
        for row in reference_data.rows(session, SeatRule)
        if row.valid_from <= today and row.scope in (None, mission) and row.service in (None, service)
    ]
    if not applicable:
        raise Refusal("turn_unknown")
    return max(applicable, key=lambda row: (row.scope is not None, row.service is not None, row.valid_from, row.id))


def check_clickable(session: Session, mission: str, service: str) -> None:
    """Raises Refusal (turn_by_draw, turn_by_file) where no click takes a seat of this service."""
    code = WITHOUT_CLICKS.get(seat_rule(session, mission, service).mode)
    if code is not None:
        raise Refusal(code)


def is_clickable(session: Session, mission: str, service: str) -> bool:
    """Whether a click takes a seat of this service."""
    return seat_rule(session, mission, service).mode not in WITHOUT_CLICKS
