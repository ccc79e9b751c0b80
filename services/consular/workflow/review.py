"""The officer's verdict on an application: accepted, returned for a fix, or refused, never without a reason."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Asking
from services.consular.applications.rules import Status
from services.consular.applications.statements import holder_of
from services.consular.applications.transitions import check_status, load_for_update, transition
from services.consular.missions import day_of
from services.consular.passports.approve import check_approved
from services.consular.people import duplicates
from services.consular.workflow import correspondence as letters
from services.consular.workflow import mission_document
from services.consular.workflow.check_in import check_came
from services.consular.workflow.release import release
from shared import forms
from shared.catalogue.model import REGISTERS, Ask
from shared.catalogue.reasons import ALL_REFUSE_REASONS, RETURN_REASONS
from shared.errors import Invalid
from shared.identity.actor import Actor
from shared.messaging.outbox import emit
from shared.values.person import strip_controls

NOTE_LENGTH = 500


def accept(session: Session, actor: Actor, reference: str) -> Application:
    """Asks the authorities, or issues the mission's own document. Of two officers who accept at once one waits, and
    is told that it is done.

    Raises Refusal (visit_needed) while an applicant who must come in person has not come.
    """
    application = load_for_update(session, actor, "desk.accept", reference)
    check_status(application, "accept")
    check_came(session, application)
    check_approved(session, application)
    duplicates.check_settled(session, reference)
    if forms.transaction(application.transaction).issues:
        mission_document.issue(session, actor, application)
    else:
        ask_authorities(session, actor, application)
    return application


def ask_authorities(session: Session, actor: Actor, application: Application) -> None:
    """Hands the application over, in a new round: each authority of its entry is asked."""
    this_round = application.round + 1
    transition(session, actor, application, Status.WITH_AUTHORITY, columns={"round": this_round})
    for ask in forms.transaction(application.transaction).asks:
        session.add(
            Asking(
                application=application.reference,
                round=this_round,
                authority=ask.authority,
                ask=ask.ask,
                mission=application.mission,
                asked_at=func.now(),
            )
        )
        session.flush()
        _ask_authority(session, actor, application, ask)


def _ask_authority(session: Session, actor: Actor, application: Application, ask: Ask) -> None:
    """A register is asked over the bus, a ministry by letter."""
    if ask.authority not in REGISTERS:
        letters.write(session, actor, application, ask)
        return
    body = {**_forwarded(application, ask.authority, ask.ask), **_filed(session, application)}
    emit(session, actor, "application.forwarded", application.reference, body)


def _forwarded(application: Application, authority: str, ask: str) -> dict[str, object]:
    entry = forms.transaction(application.transaction)
    holder = holder_of(application.facts).get("person") or application.person
    asking = {"applicant": application.person} if holder != application.person else {}
    return asking | {
        "application": application.reference,
        "transaction": entry.slug,
        "ask": ask,
        "authority": authority,
        "person": holder,
        "options": {name: application.answers.get(name) for name in entry.option_questions},
    }


def _filed(session: Session, application: Application) -> dict[str, str]:
    at = application.submitted_at
    return {"filed_on": day_of(session, application.mission, at).isoformat()} if at else {}


def return_for_correction(session: Session, actor: Actor, reference: str, reason: str, note: str = "") -> Application:
    """Returns an application for a fix. Raises Invalid for a reason that is not one of returning."""
    return _close(session, actor, reference, "return", Status.RETURNED, RETURN_REASONS, reason, note)


def refuse(session: Session, actor: Actor, reference: str, reason: str, note: str = "") -> Application:
    """Refuses an application; what was paid is owed back. Raises Invalid for a reason that is not one of refusing."""
    application = _close(session, actor, reference, "refuse", Status.REFUSED, ALL_REFUSE_REASONS, reason, note)
    release(session, actor, application, reason)
    return application


def _close(
    session: Session,
    actor: Actor,
    reference: str,
    verb: str,
    target: Status,
    reasons: Sequence[str],
    reason: str,
    note: str,
) -> Application:
    application = load_for_update(session, actor, f"desk.{verb}", reference)
    check_status(application, verb)
    said = strip_controls(note)
    if reason not in reasons:
        raise Invalid("unknown_choice" if reason else "required", field="reason")
    if len(said) > NOTE_LENGTH:
        raise Invalid("too_long", field="note")
    transition(session, actor, application, target, reason=reason, note=said or None)
    return application
