"""The booked appointment of an application, locked until the commit."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import AppointmentState
from shared.errors import NotFound


def load_booked(session: Session, application: str) -> Appointment | None:
    """The booked appointment in its current state; None without one."""
    booked = Appointment.application == application, Appointment.state == AppointmentState.BOOKED
    query = select(Appointment).where(*booked, Appointment.lead.is_(None)).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def find_booked(session: Session, application: str) -> Appointment:
    """As `load_booked`. Raises NotFound (turn_missing) without one."""
    appointment = load_booked(session, application)
    if appointment is None:
        raise NotFound("turn_missing")
    return appointment
