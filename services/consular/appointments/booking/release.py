"""Releases a seat: early for free, late against the month's share, never after its hour."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular.appointments import rules
from services.consular.appointments.booking import party
from services.consular.appointments.booking.booked import find_booked
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.seats import keep_freed
from services.consular.appointments.rules import LIVE, AppointmentState
from services.consular.missions import calendar
from services.consular.missions.model import AppointmentRule
from shared.database import audit, db
from shared.database.rows import change_row
from shared.errors import Conflict
from shared.identity.actor import Actor


def is_late(session: Session, appointment: Appointment, rule: AppointmentRule) -> bool:
    """Whether this appointment can no longer be changed for free."""
    return rules.is_late(appointment.starts_at, db.now(session), rule.free_hours)


def cancel(session: Session, actor: Actor, application: str) -> Appointment:
    """Cancels the booked appointment and frees its seat. Raises NotFound, or Conflict (turn_begun) after its hour."""
    appointment = find_booked(session, application)
    if appointment.starts_at <= db.now(session):
        raise Conflict("turn_begun")
    late = is_late(session, appointment, calendar.rule(session, appointment.mission, appointment.service))
    release_seat(session, appointment, AppointmentState.CANCELLED_LATE if late else AppointmentState.CANCELLED)
    audit.record(session, actor, "turn.cancelled", application, late=late)
    return appointment


def release_live(session: Session, actor: Actor, application: str) -> None:
    """Frees the held or booked seats of an ended application; does nothing where there are none."""
    for appointment in session.scalars(
        select(Appointment)
        .where(Appointment.application == application, Appointment.state.in_(LIVE), Appointment.lead.is_(None))
        .with_for_update()
    ):
        release_seat(
            session,
            appointment,
            AppointmentState.RELEASED if appointment.state == AppointmentState.HELD else AppointmentState.CANCELLED,
        )
        audit.record(session, actor, "turn.released", application)


def release_seat(session: Session, appointment: Appointment, state: AppointmentState) -> None:
    """Moves an appointment into a final state; a freed seat rests until the next release.

    Raises Conflict when its state has changed meanwhile.
    """
    unchanged = Appointment.id == appointment.id, Appointment.state == appointment.state
    if change_row(session, Appointment, *unchanged, state=state, changed_at=func.now()) is None:
        raise Conflict("turn_changed")
    freed = [appointment, *party.companions(session, appointment)]
    party.rebook_companions(session, appointment)
    if state not in (AppointmentState.ATTENDED, AppointmentState.MISSED):
        for seat in freed:
            keep_freed(session, seat, state)
