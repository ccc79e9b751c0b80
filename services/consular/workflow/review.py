"""The officer's verdict on an application: accept, or with a reason return for correction or refuse."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Asking
from services.consular.applications.rules import Status
from services.consular.applications.statements import holder_of
from services.consular.applications.transitions import check_status, load_for_update, transition
from services.consular.missions import day_of
from services.consular.passports.approve import check_approved
from services.consular.people import duplicates
from services.consular.uploads import corrections, store
from services.consular.workflow import correspondence as letters
from services.consular.workflow import mission_document
from services.consular.workflow.assign import check_assignment
from services.consular.workflow.attendance.check_in import check_attendance
from services.consular.workflow.money.disputes import check_decidable
from services.consular.workflow.release import release
from shared import forms
from shared.catalogue.model import REGISTERS, RELATIVE, Ask
from shared.catalogue.reasons import ALL_REFUSE_REASONS, MARKED, RETURN_REASONS
from shared.database import db, pending
from shared.database.rows import table_of
from shared.documents import issuer
from shared.identity.actor import Actor
from shared.messaging.outbox import emit
from shared.reasons import check_choice, optional_text

NOTE_LENGTH = 500
_ASK_COLUMNS = ("application", "round", "authority", "ask", "mission", "asked_at")
_ASK = text(pending.insert_of(table_of(Asking), "asked", _ASK_COLUMNS))


def accept(session: Session, actor: Actor, reference: str) -> Application:
    """Accepts an application: issues the mission's own document, or forwards it to the authorities.

    The second of two simultaneous officers waits, and gets Conflict (not_possible_now). Raises Refusal (visit_needed)
    while an applicant who must come in person has not come, (own_verdict) for who let it past a rule before,
    (authority_missing) where nothing official can be issued, and Conflict (case_assigned) while another officer works
    on it, (payment_disputed) while the payer's bank has taken the fee back.
    """
    application = load_for_update(session, actor, "desk.accept", reference)
    check_status(application, "accept")
    check_assignment(actor, application)
    check_attendance(session, application)
    check_approved(session, actor, application)
    duplicates.check_settled(session, actor, reference)
    check_decidable(session, reference)
    issuer.check_official()
    if forms.transaction(application.transaction).issues:
        mission_document.issue(session, actor, application)
    else:
        forward_to_authorities(session, actor, application)
    return application


def forward_to_authorities(session: Session, actor: Actor, application: Application) -> None:
    """Starts a new round: each authority of the entry is asked."""
    round_number = application.round + 1
    transition(session, actor, application, Status.WITH_AUTHORITY, columns={"round": round_number})
    asks = forms.transaction(application.transaction).asks
    about = {"application": application.reference, "mission": application.mission}
    asked = [
        {**about, "round": round_number, "authority": ask.authority, "ask": ask.ask, "asked_at": db.now(session)}
        for ask in asks
    ]
    session.execute(_ASK, {"asked": pending.as_json(asked)})
    for ask in asks:
        _forward(session, actor, application, ask)


def _forward(session: Session, actor: Actor, application: Application, ask: Ask) -> None:
    """A register is asked over the bus, a ministry by letter."""
    if ask.authority not in REGISTERS:
        letters.write(session, actor, application, ask)
        return
    body = {**_forward_body(application, ask.authority, ask.ask), **_filed(session, application)}
    emit(session, actor, "application.forwarded", application.reference, body)


def _forward_body(application: Application, authority: str, ask: str) -> dict[str, object]:
    entry = forms.transaction(application.transaction)
    holder = holder_of(application.facts).get("person") or application.person
    # The register proves the kinship of a relative itself; an agent or guardian asks in the person's own name.
    by_relative = application.capacity == RELATIVE and authority == "civil_registry"
    applicant = application.acting if by_relative else application.person
    kinship_fields = {"applicant": applicant} if holder != applicant else {}
    return kinship_fields | {
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


def return_marked(
    session: Session, actor: Actor, reference: str, items: Sequence[Mapping[str, str]], note: str = ""
) -> Application:
    """Returns an application of which the marked papers and answers alone have to be put right.

    Each item has kind, name, reason and note. Raises Invalid with a code per item that does not fit.
    """
    application = load_for_update(session, actor, "desk.return", reference)
    check_status(application, "return")
    check_assignment(actor, application)
    entry = forms.transaction(application.transaction)
    asked = [question.name for question in entry.questions if question.is_asked(application.answers)]
    corrections.check_items(items, [paper.name for paper in entry.papers], asked)
    marks = [{**item, "note": optional_text(item["note"], NOTE_LENGTH, "note")} for item in items]
    files = store.by_name(store.list_uploads(session, reference))
    corrections.mark(session, application, marks, files)
    note_text = optional_text(note, NOTE_LENGTH, "note")
    transition(session, actor, application, Status.RETURNED, reason=MARKED, note=note_text)
    return application


def return_for_correction(session: Session, actor: Actor, reference: str, reason: str, note: str = "") -> Application:
    """Returns a whole application for correction. Raises Invalid for an unknown reason."""
    return _close(session, actor, reference, "return", Status.RETURNED, RETURN_REASONS, reason, note)


def refuse(session: Session, actor: Actor, reference: str, reason: str, note: str = "") -> Application:
    """Refuses an application; paid money is owed back. Raises Invalid for an unknown reason."""
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
    check_assignment(actor, application)
    check_choice(reason, reasons, "reason")
    note_text = optional_text(note, NOTE_LENGTH, "note")
    transition(session, actor, application, target, reason=reason, note=note_text)
    return application
