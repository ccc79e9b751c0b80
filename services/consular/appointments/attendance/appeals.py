"""Somebody who missed their appointment says why, once; where an officer accepts it, the month is theirs again."""

import uuid
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.appointments.model import AbsenceAppeal, Appointment
from services.consular.appointments.rules import AppointmentState
from shared.database import audit, db
from shared.database.rows import change_row, find_row
from shared.errors import Conflict, NotFound, Refusal
from shared.identity.actor import Actor
from shared.reasons import required_text

# So long after the appointment an absence may be explained.
APPEAL_DAYS = 14
REASON_LENGTH = 500
WAITING, ACCEPTED, REFUSED = "waiting", "accepted", "refused"
LIST_LENGTH = 100


def find(session: Session, appointment: Appointment) -> AbsenceAppeal | None:
    """The appeal about a missed appointment. Asks nothing about any other."""
    if appointment.state not in (AppointmentState.MISSED, AppointmentState.EXCUSED):
        return None
    return session.get(AbsenceAppeal, appointment.id)


def may_appeal(session: Session, appointment: Appointment) -> bool:
    """Whether the absence may still be explained; another appeal is not looked for."""
    until = appointment.starts_at + timedelta(days=APPEAL_DAYS)
    return appointment.state == AppointmentState.MISSED and until > db.now(session)


def make(session: Session, actor: Actor, appointment: Appointment, reason: str) -> AbsenceAppeal:
    """Stores the reason for an officer.

    Raises Invalid without a reason, Refusal (not_missed, appeal_late), Conflict (appealed_already).
    """
    text = required_text(reason, REASON_LENGTH, "reason")
    if appointment.state == AppointmentState.EXCUSED:
        raise Conflict("appealed_already")
    if appointment.state != AppointmentState.MISSED:
        raise Refusal("not_missed")
    if not may_appeal(session, appointment):
        raise Refusal("appeal_late", n=APPEAL_DAYS)
    row = {
        "turn": appointment.id,
        "mission": appointment.mission,
        "application": appointment.application,
        "reason": text,
        "state": WAITING,
        "made_at": func.now(),
    }
    appeal: AbsenceAppeal | None = session.scalar(
        insert(AbsenceAppeal).values(row).on_conflict_do_nothing().returning(AbsenceAppeal)
    )
    if appeal is None:
        raise Conflict("appealed_already")
    audit.record(session, actor, "absence.appealed", appointment.application)
    return appeal


def check(session: Session, turn: uuid.UUID, answer: str) -> str:
    """The clean answer to an appeal that waits. Raises Invalid without one, NotFound, Conflict (already_decided)."""
    text = required_text(answer, REASON_LENGTH, "answer")
    if find_row(session, AbsenceAppeal, turn).state != WAITING:
        raise Conflict("already_decided")
    return text


def decide(session: Session, actor: Actor, turn: uuid.UUID, *, accept: bool, answer: str) -> AbsenceAppeal:
    """Accepts or refuses an appeal, with words for the applicant. An accepted absence counts against nothing.

    Raises Invalid without an answer, NotFound, Conflict (already_decided).
    """
    text = required_text(answer, REASON_LENGTH, "answer")
    appeal = change_row(
        session,
        AbsenceAppeal,
        AbsenceAppeal.turn == turn,
        AbsenceAppeal.state == WAITING,
        state=ACCEPTED if accept else REFUSED,
        answer=text,
        decided_at=func.now(),
        decided_by=actor.id,
    )
    if appeal is None:
        if session.get(AbsenceAppeal, turn) is None:
            raise NotFound()
        raise Conflict("already_decided")
    if accept:
        missed = Appointment.id == turn, Appointment.state == AppointmentState.MISSED
        change_row(session, Appointment, *missed, state=AppointmentState.EXCUSED, changed_at=func.now())
    audit.record(session, actor, f"absence.{appeal.state}", appeal.application)
    return appeal


def list_waiting(session: Session, actor: Actor) -> list[tuple[AbsenceAppeal, Appointment]]:
    """The appeals of the session's mission that wait for an officer, oldest first. The read is recorded."""
    rows = session.execute(
        select(AbsenceAppeal, Appointment)
        .join(Appointment, Appointment.id == AbsenceAppeal.turn)
        .where(AbsenceAppeal.state == WAITING)
        .order_by(AbsenceAppeal.made_at)
        .limit(LIST_LENGTH)
    ).all()
    audit.record(session, actor, "absence.listed", actor.mission or "", count=len(rows))
    return [(row[0], row[1]) for row in rows]
