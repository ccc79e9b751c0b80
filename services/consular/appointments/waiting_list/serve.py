"""Gives freed seats that have rested to the waiting list, at the releases that are published beforehand."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved import rules
from services.consular.appointments.reserved.model import ReservedSeat, SeatRule
from services.consular.appointments.reserved.seat_rules import seat_rule
from services.consular.appointments.rules import AppointmentState
from services.consular.appointments.waiting_list.model import DONE, LEFT, OFFERED, WAITING, WaitingEntry
from shared.database import audit, db
from shared.identity.actor import Actor

# An appointment in one of these was booked before.
WAS_BOOKED = (
    AppointmentState.ATTENDED,
    AppointmentState.MISSED,
    AppointmentState.EXCUSED,
    AppointmentState.CANCELLED,
    AppointmentState.CANCELLED_LATE,
    AppointmentState.MOVED,
)


def _booked_seat() -> ColumnElement[bool]:
    return (
        exists()
        .where(Appointment.mission == ReservedSeat.mission, Appointment.service == ReservedSeat.service)
        .where(Appointment.starts_at == ReservedSeat.starts_at, Appointment.seat == ReservedSeat.seat)
        .where(Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.ATTENDED, AppointmentState.MISSED)))
    )


def expire_offers(session: Session, actor: Actor) -> list[WaitingEntry]:
    """Lets seats rest again whose offer ran out unanswered; the entries of the list that let one pass.

    An entry whose offer was taken is done; whoever lets so many pass has left the list.
    """
    over = ReservedSeat.application.is_not(None), ReservedSeat.offered_until <= func.now()
    seats = list(session.scalars(select(ReservedSeat).where(*over, ~_booked_seat()).with_for_update()))
    for seat in seats:
        rule, zone = seat_rule(session, seat.mission, seat.service), missions.find(session, seat.mission).zone
        seat.application = seat.offered_until = None
        seat.rests_until = rules.next_release(db.now(session), rule.rest_minutes, rule.release_at, zone)
    if seats:
        session.flush()
        audit.record(session, actor, "seats.rested", actor.mission or "", count=len(seats))
    _end_taken(session)
    return _count_passed(session)


def _end_taken(session: Session) -> None:
    """Whoever took what was offered is done, also where it was given back before this ran: that is no offer passed."""
    appointment = Appointment.application == WaitingEntry.application
    booked = exists().where(appointment, Appointment.state == AppointmentState.BOOKED)
    since_offer = Appointment.state.in_(WAS_BOOKED), Appointment.changed_at >= WaitingEntry.changed_at
    given_back = and_(WaitingEntry.state == OFFERED, exists().where(appointment, *since_offer))
    live = WaitingEntry.state.in_((WAITING, OFFERED))
    taken = update(WaitingEntry).where(live, or_(booked, given_back)).values(state=DONE, changed_at=func.now())
    session.execute(taken.execution_options(synchronize_session=False))


def _count_passed(session: Session) -> list[WaitingEntry]:
    offered = exists().where(ReservedSeat.application == WaitingEntry.application)
    passed = list(session.scalars(select(WaitingEntry).where(WaitingEntry.state == OFFERED, ~offered)))
    for entry in passed:
        entry.offers += 1
        entry.state = LEFT if entry.offers >= rules.MOST_OFFERS else WAITING
        entry.changed_at = db.now(session)
    session.flush()
    return passed


def serve(session: Session, actor: Actor) -> list[tuple[WaitingEntry, ReservedSeat]]:
    """Assigns seats of the last release to those on the list before it, in the published order; the pairs."""
    now = db.now(session)
    resting = select(ReservedSeat).where(
        ReservedSeat.draw.is_(None),
        ReservedSeat.application.is_(None),
        ReservedSeat.rests_until <= now,
        ReservedSeat.starts_at > now + rules.LEAST_NOTICE,
        ~_booked_seat(),
    )
    pairs = []
    locked = resting.order_by(ReservedSeat.service, ReservedSeat.starts_at, ReservedSeat.seat)
    for seat in session.scalars(locked.with_for_update(skip_locked=True)):
        rule = seat_rule(session, seat.mission, seat.service)
        entry = _next_entry(session, seat, rule)
        if entry is not None:
            entry.state, entry.changed_at = OFFERED, now
            assign(seat, entry.application, rules.offer_until(now, seat.starts_at, rule.offer_hours))
            session.flush()
            audit.record(session, actor, "seat.offered", entry.application, starts_at=seat.starts_at.isoformat())
            pairs.append((entry, seat))
    return pairs


def assign(seat: ReservedSeat, application: str, until: datetime) -> None:
    """Keeps a seat for one application until an instant."""
    seat.draw, seat.application, seat.offered_until = None, application, until


def _next_entry(session: Session, seat: ReservedSeat, rule: SeatRule) -> WaitingEntry | None:
    """Who is first on the list among those who joined before the release: nobody wins by joining faster after it."""
    zone = missions.find(session, seat.mission).zone
    day = seat.starts_at.astimezone(ZoneInfo(zone)).date()
    release = rules.last_release(db.now(session), rule.release_at, zone)
    waiting = session.scalars(
        select(WaitingEntry)
        .where(WaitingEntry.mission == seat.mission, WaitingEntry.service == seat.service)
        .where(WaitingEntry.state == WAITING, WaitingEntry.changed_at <= release)
        .where(WaitingEntry.first_day <= day, WaitingEntry.last_day >= day)
        .with_for_update(skip_locked=True)
    )
    return min(waiting, key=lambda each: rules.list_order(each.lost, each.joined_on, each.code), default=None)
