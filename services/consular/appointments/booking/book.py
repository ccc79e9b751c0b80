"""Books a held seat, and exchanges a booked one for another so that the applicant never loses both."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.consular.appointments.booking import party, release
from services.consular.appointments.booking.booked import find_booked
from services.consular.appointments.booking.hold import Booker, hold
from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import LIVE, AppointmentState
from services.consular.appointments.seats import openings
from services.consular.missions import calendar
from shared.database import audit, db
from shared.database.rows import change_row
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor

# The live appointment of an application first, then the latest.
LATEST = Appointment.state.in_(LIVE).desc(), Appointment.changed_at.desc(), Appointment.made_at.desc()


def latest(session: Session, application: str) -> Appointment | None:
    """The appointment of an application: the live one, else the latest."""
    return session.scalar(
        select(Appointment)
        .where(Appointment.application == application, Appointment.lead.is_(None))
        .order_by(*LATEST)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def booked_times(session: Session, applications: Iterable[str]) -> dict[str, datetime]:
    """The booked time of each of these applications that has one, of those at the mission of the session."""
    references = list(applications)
    if not references:
        return {}
    rows = session.execute(
        select(Appointment.application, Appointment.starts_at).where(
            Appointment.application.in_(references),
            Appointment.state == AppointmentState.BOOKED,
            Appointment.lead.is_(None),
        )
    )
    return {row.application: row.starts_at for row in rows}


def is_held(session: Session, appointment: Appointment) -> bool:
    """Whether the hold has not expired, by the database's clock."""
    return (
        appointment.state == AppointmentState.HELD
        and appointment.held_until is not None
        and appointment.held_until > db.now(session)
    )


def confirm(session: Session, actor: Actor, booker: Booker) -> Appointment:
    """Books the held appointment of the application and binds it to the booker's identity document.

    Raises Refusal (turn_missing, turn_other_service, turn_other_family) without a fitting hold, Conflict
    (turn_booked_already; hold_expired with the next free times).
    """
    appointment = change_row(
        session,
        Appointment,
        Appointment.application == booker.application,
        Appointment.lead.is_(None),
        Appointment.service == booker.service,
        Appointment.persons == booker.persons,
        Appointment.state == AppointmentState.HELD,
        Appointment.held_until > func.now(),
        state=AppointmentState.BOOKED,
        document=booker.document,
        changed_at=func.now(),
    )
    if appointment is None:
        raise _refusal(session, booker)
    party.rebook_companions(session, appointment)
    audit.record(session, actor, "turn.booked", booker.application, starts_at=appointment.starts_at.isoformat())
    return appointment


def _refusal(session: Session, booker: Booker) -> Refusal:
    last = latest(session, booker.application)
    if last is None:
        return Refusal("turn_missing")
    if last.state == AppointmentState.BOOKED:
        return Conflict("turn_booked_already")
    if last.service != booker.service:
        return Refusal("turn_other_service")
    if last.persons != booker.persons:
        return Refusal("turn_other_family")
    next_times = openings.next_free(
        session, booker.mission, booker.service, last.starts_at, booker.tier, booker.persons
    )
    return Conflict("hold_expired", next=next_times)


def exchange(session: Session, actor: Actor, booker: Booker, starts_at: datetime) -> Appointment:
    """Moves an application's appointment to another time: the old seat is released only together with the new booking.

    Raises what `hold` raises, and Conflict (turn_begun, turn_move_late) when it is too late to change it.
    """
    previous = find_booked(session, booker.application)
    if previous.starts_at <= db.now(session):
        raise Conflict("turn_begun")
    rule = calendar.rule(session, previous.mission, previous.service)
    if release.is_late(session, previous, rule):
        raise Conflict("turn_move_late", n=rule.free_hours)
    release.release_seat(session, previous, AppointmentState.MOVED)
    hold(session, actor, booker, starts_at)
    return confirm(session, actor, booker)


def relocate(session: Session, actor: Actor, previous: Appointment, starts_at: datetime) -> Appointment:
    """Gives a booked appointment another time at the mission's wish: no limit of time or month stands against it.

    Raises what `hold` raises for the time itself, and Conflict (turn_changed).
    """
    release.release_seat(session, previous, AppointmentState.MOVED)
    booker = Booker(
        mission=previous.mission,
        service=previous.service,
        application=previous.application,
        person=previous.person,
        document=previous.document,
        counted_for=previous.counted_for,
        tier=previous.tier,
        persons=previous.persons,
    )
    hold(session, actor, booker, starts_at, unlimited=True)
    return confirm(session, actor, booker)


def call_off(session: Session, appointment: Appointment) -> None:
    """Cancels a booked appointment at the mission's wish; it does not count against the month's share."""
    release.release_seat(session, appointment, AppointmentState.CANCELLED)


def store_slip(session: Session, appointment: uuid.UUID, code: str) -> None:
    """Stores the code of the slip issued for an appointment."""
    session.execute(
        update(Appointment)
        .where(Appointment.id == appointment)
        .values(slip=code)
        .execution_options(synchronize_session="fetch")
    )
