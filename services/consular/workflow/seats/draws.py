"""Draws and applications: who takes part with which files, and what a draw means for them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.transitions import load_for_update
from services.consular.appointments.attendance import presence
from services.consular.appointments.booking.hold import Booker
from services.consular.appointments.lottery.conduct import Outcome, conduct
from services.consular.appointments.lottery.enter import Wish, enter, find_draw
from services.consular.appointments.lottery.model import Draw, Intention
from services.consular.appointments.reserved import rules
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.appointments.reserved.seat_rules import seat_rule
from services.consular.appointments.waiting_list.join import join
from services.consular.appointments.waiting_list.serve import assign
from services.consular.missions import day_of
from services.consular.notices.create import create_notice
from services.consular.workflow.appointments import attendance_of
from shared.database import db
from shared.errors import Conflict, Invalid, Refusal
from shared.identity.actor import Actor

GRANTED, LOST = "draw_granted", "draw_lost"


def booker_of(session: Session, actor: Actor, action: str, reference: str) -> Booker:
    """Who books for an application that may still be given a time. Raises what `hold_slot` raises before it holds."""
    application = load_for_update(session, actor, action, reference)
    effects = attendance_of(application, "hold_turn")
    if presence.find_attendance(session, reference) is not None:
        raise Conflict("attended_already")
    return effects.booker(session, application, application.answers)


def enter_draw(session: Session, actor: Actor, code: str, references: Sequence[str], wish: Wish) -> Intention:
    """Takes part in a draw with one application, or with several that come together. Raises as `enter` does."""
    if not references:
        raise Invalid("required", field="applications")
    distinct = sorted(set(references))
    draw = find_draw(session, code)
    bookers = [booker_of(session, actor, "draw.enter", reference) for reference in distinct]
    return enter(session, actor, draw, bookers, wish)


def conduct_draw(session: Session, actor: Actor, code: str, beacon: bytes) -> int:
    """Draws, keeps the seats for those who were given them, tells everybody, and puts the others on the list."""
    outcomes = conduct(session, actor, code, beacon)
    if not outcomes:
        return 0
    draw = find_draw(session, code)
    hours = seat_rule(session, draw.mission, draw.service).offer_hours
    for outcome in outcomes:
        if outcome.grants:
            _grant(session, outcome, draw, hours)
        else:
            _lose(session, actor, outcome, draw)
    return len(outcomes)


def _grant(session: Session, outcome: Outcome, draw: Draw, hours: int) -> None:
    for grant in outcome.grants:
        seat = session.scalars(
            select(ReservedSeat)
            .where(ReservedSeat.mission == draw.mission, ReservedSeat.service == draw.service)
            .where(ReservedSeat.starts_at == grant.starts_at, ReservedSeat.application.is_(None))
            .where(ReservedSeat.rests_until <= db.now(session))
            .order_by(ReservedSeat.seat)
            .limit(1)
        ).one()
        until = rules.offer_until(db.now(session), grant.starts_at, hours)
        assign(seat, grant.application, until)
        session.flush()
        tell(session, grant.application, GRANTED, draw.code, until)


def _lose(session: Session, actor: Actor, outcome: Outcome, draw: Draw) -> None:
    intention = outcome.intention
    for member in outcome.members:
        tell(session, member.application, LOST, draw.code, left=(intention.lost or 0) + 1)
        # A seat that is freed is one seat: who comes together waits for the next draw.
        if intention.on_list and intention.people == 1:
            booker = Booker(
                mission=draw.mission,
                service=draw.service,
                application=member.application,
                person=member.person,
                document=member.document,
                counted_for=member.person,
            )
            try:
                join(session, actor, booker, (intention.first_day, intention.last_day), (intention.lost or 0) + 1)
            except Refusal:
                # On the list already, or booked meanwhile.
                continue


def tell(session: Session, reference: str, kind: str, once: str, until: datetime | None = None, **params: int) -> None:
    """Notices for the person of an application and for who acts on it."""
    application = session.get(Application, reference)
    if application is None:
        return
    moment = {"until": day_of(session, application.mission, until).isoformat()} if until else {}
    for person in {application.person, application.acting}:
        create_notice(session, person, kind, reference, once, **moment, **params)
