"""What follows an absence: the applicant explains it, an officer decides, and the timeline and a notice say so."""

from typing import Any

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.notify import notify_recipients
from services.consular.applications.transitions import load_for_update, note_step
from services.consular.appointments.attendance import appeals, priorities
from services.consular.appointments.booking import book
from services.consular.notices.rules import ABSENCE_ACCEPTED, ABSENCE_REFUSED
from shared.errors import NotFound
from shared.identity.actor import Actor


def appeal(session: Session, actor: Actor, reference: str, reason: str) -> Application:
    """Stores the applicant's reason. Raises NotFound without an appointment, and what `appeals.make` raises."""
    application = load_for_update(session, actor, "turn.appeal", reference)
    appointment = book.latest(session, reference)
    if appointment is None:
        raise NotFound("turn_missing")
    appeals.make(session, actor, appointment, reason)
    note_step(session, actor, application, "absence_appealed", None)
    return application


def check(session: Session, actor: Actor, reference: str, answer: str) -> tuple[Application, str]:
    """The application and the clean answer, where its absence may be excused. Raises NotFound without an appeal, and
    what `appeals.check` raises."""
    application = load_for_update(session, actor, "desk.appeal_decide", reference)
    appointment = book.latest(session, reference)
    if appointment is None:
        raise NotFound()
    return application, appeals.check(session, appointment.id, answer)


def decide(session: Session, actor: Actor, reference: str, *, accept: bool, answer: str) -> Application:
    """Applies the officer's decision. Raises NotFound without an appeal, and what `appeals.decide` raises."""
    application = load_for_update(session, actor, "desk.appeal_decide", reference)
    appointment = book.latest(session, reference)
    if appointment is None:
        raise NotFound()
    decided = appeals.decide(session, actor, appointment.id, accept=accept, answer=answer)
    note_step(session, actor, application, f"absence_{decided.state}", None, note=decided.answer)
    kind = ABSENCE_ACCEPTED if accept else ABSENCE_REFUSED
    notify_recipients(session, application, kind, str(appointment.id))
    return application


def grant_priority(session: Session, actor: Actor, reference: str, kind: str, reason: str) -> Application:
    """Gives an application priority at the desk, by a second signature. Raises what `priorities.grant` raises."""
    application = load_for_update(session, actor, "desk.priority", reference)
    priorities.grant(session, actor, reference, application.mission, kind, reason)
    note_step(session, actor, application, "priority_granted", None, detail={"priority": kind})
    return application


def list_appeals(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """The appeals that wait, as the desk shows them."""
    return [
        {
            "application": appeal.application,
            "reason": appeal.reason,
            "made_at": appeal.made_at.isoformat(),
            "starts_at": appointment.starts_at.isoformat(),
            "service": appointment.service,
        }
        for appeal, appointment in appeals.list_waiting(session, actor)
    ]
