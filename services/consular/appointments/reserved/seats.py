"""Reserved seats: which are kept from a click, and how a freed seat becomes one."""

from datetime import datetime

from sqlalchemy import BindParameter, Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved import rules
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.appointments.reserved.seat_rules import check_clickable, seat_rule
from services.consular.appointments.rules import AppointmentState
from shared.database import db
from shared.database.rows import table_of

FREED = frozenset({AppointmentState.CANCELLED, AppointmentState.CANCELLED_LATE, AppointmentState.MOVED})


def kept_seats(
    mission: str | BindParameter[str],
    service: str | BindParameter[str],
    start: datetime | BindParameter[datetime],
    end: datetime | BindParameter[datetime],
    application: str | BindParameter[str] | None = None,
    *,
    resting: bool = True,
) -> Select[datetime, int]:
    """Selects time and seat of those that a click does not take; not the ones offered to this application now."""
    table = ReservedSeat
    kept = select(table.starts_at, table.seat).where(
        table.mission == mission, table.service == service, table.starts_at >= start, table.starts_at < end
    )
    if not resting:
        kept = kept.where(table.draw.is_not(None) | (table.offered_until > func.now()))
    if application is None:
        return kept
    return kept.where(
        table.application.is_distinct_from(application) | (func.coalesce(table.offered_until, func.now()) <= func.now())
    )


def check_offered(session: Session, mission: str, service: str, application: str, starts_at: datetime) -> None:
    """Raises Refusal (turn_by_draw, turn_by_file) where no click takes a seat and this one is not offered to the
    application."""
    if offered_seat(session, application, starts_at) is None:
        check_clickable(session, mission, service)


def offered_seat(session: Session, application: str, starts_at: datetime) -> ReservedSeat | None:
    """The seat that is offered to the application at this time; None where the offer has run out."""
    return session.scalar(
        select(ReservedSeat).where(
            ReservedSeat.application == application,
            ReservedSeat.starts_at == starts_at,
            ReservedSeat.offered_until > func.now(),
        )
    )


def keep_freed(session: Session, appointment: Appointment, state: str) -> None:
    """Lets the seat of a freed appointment rest until the next release.

    Holds of a click are given back to clicks; a seat that was reserved before always rests.
    """
    rule = seat_rule(session, appointment.mission, appointment.service)
    zone = missions.find(session, appointment.mission).zone
    rests_until = rules.next_release(db.now(session), rule.rest_minutes, rule.release_at, zone)
    freed = {"application": None, "offered_until": None, "rests_until": rests_until}
    if rule.mode == rules.FIRST_COME or state not in FREED:
        session.execute(
            update(ReservedSeat)
            .where(ReservedSeat.mission == appointment.mission, ReservedSeat.service == appointment.service)
            .where(ReservedSeat.starts_at == appointment.starts_at, ReservedSeat.seat == appointment.seat)
            .values(freed)
        )
        return
    table = table_of(ReservedSeat)
    key = {name: getattr(appointment, name) for name in ("mission", "service", "starts_at", "seat")}
    kept = insert(table).values({**key, **freed, "draw": None})
    session.execute(kept.on_conflict_do_update(index_elements=list(key), set_={**freed, "draw": None}))
