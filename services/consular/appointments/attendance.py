"""Writes down at the desk who came and who did not; of what was seen of a person nothing is kept."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.appointments import release
from services.consular.appointments.model import Appointment, Attendance
from services.consular.appointments.rules import AppointmentState
from shared.database import audit, db
from shared.errors import Conflict, NotFound
from shared.identity.actor import Actor


def of(session: Session, application: str) -> Attendance | None:
    """That somebody came for this application; None as long as nobody did."""
    return session.get(Attendance, application)


def record(session: Session, actor: Actor, mission: str, application: str) -> Attendance:
    """They came and their identity was checked, with a turn or without. Raises Conflict the second time."""
    turn = _booked(session, application)
    row = {"application": application, "mission": mission, "at": func.now(), "by": actor.id}
    written: Attendance | None = session.scalar(
        insert(Attendance)
        .values({**row, "turn": turn.id if turn else None})
        .on_conflict_do_nothing()
        .returning(Attendance)
    )
    if written is None:
        raise Conflict("attended_already")
    if turn is not None:
        release.release_all(session, turn, AppointmentState.ATTENDED)
    audit.record(session, actor, "turn.attended", application, walk_in=turn is None)
    return written


def miss(session: Session, actor: Actor, application: str) -> Appointment:
    """They did not come. Raises NotFound without a booked turn, Conflict (turn_not_begun) before its hour."""
    turn = _booked(session, application)
    if turn is None:
        raise NotFound("turn_missing")
    if turn.starts_at > db.now(session):
        raise Conflict("turn_not_begun")
    release.release_all(session, turn, AppointmentState.MISSED)
    audit.record(session, actor, "turn.missed", application)
    return turn


def _booked(session: Session, application: str) -> Appointment | None:
    wanted = select(Appointment).where(
        Appointment.application == application, Appointment.state == AppointmentState.BOOKED
    )
    return session.scalar(wanted.with_for_update())
