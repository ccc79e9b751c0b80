"""Records attendance and absence at the desk. Nothing of a person's identity document is stored."""

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.appointments.booking import release
from services.consular.appointments.booking.booked import find_booked, load_booked
from services.consular.appointments.model import Appointment, Attendance
from services.consular.appointments.rules import AppointmentState
from shared.database import audit, db
from shared.errors import Conflict
from shared.identity.actor import Actor


def find_attendance(session: Session, application: str) -> Attendance | None:
    """The attendance record of an application; None while nobody has come."""
    return session.get(Attendance, application)


def record(session: Session, actor: Actor, mission: str, application: str) -> Attendance:
    """Records that the applicant came, with an appointment or without. Raises Conflict (attended_already)."""
    appointment = load_booked(session, application)
    row = {"application": application, "mission": mission, "at": func.now(), "by": actor.id}
    attendance: Attendance | None = session.scalar(
        insert(Attendance)
        .values({**row, "turn": appointment.id if appointment else None})
        .on_conflict_do_nothing()
        .returning(Attendance)
    )
    if attendance is None:
        raise Conflict("attended_already")
    if appointment is not None:
        release.release_seat(session, appointment, AppointmentState.ATTENDED)
    audit.record(session, actor, "turn.attended", application, walk_in=appointment is None)
    return attendance


def miss(session: Session, actor: Actor, application: str) -> Appointment:
    """Records that the applicant did not come.

    Raises NotFound without a booked appointment, Conflict (turn_not_begun) before its hour.
    """
    appointment = find_booked(session, application)
    if appointment.starts_at > db.now(session):
        raise Conflict("turn_not_begun")
    release.release_seat(session, appointment, AppointmentState.MISSED)
    audit.record(session, actor, "turn.missed", application)
    return appointment
