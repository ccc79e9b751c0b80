"""Starts a draft and fills it: answers step by step, uploads one by one, on any device."""

from collections.abc import Iterable, Mapping

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications import behalf
from services.consular.applications.behalf import Claim
from services.consular.applications.model import Application, Correction
from services.consular.applications.rules import OPEN, Status
from services.consular.applications.transitions import (
    check_status,
    find,
    is_party,
    load_for_update,
    note_step,
    show_person_everywhere,
)
from services.consular.applications.update import save_answers
from services.consular.missions import offices, today
from services.consular.missions.due_dates import lapses_on
from services.consular.passports.checks import check_first
from services.consular.payments.tariffs import transaction_status
from services.consular.people import snapshot
from services.consular.uploads import corrections, reuse, store
from services.consular.uploads.intake import TakenFile
from services.consular.uploads.model import Upload
from services.consular.workflow.seats.bound import free_where_answers_changed
from shared import forms
from shared.catalogue.model import Transaction
from shared.catalogue.reasons import ANSWER, PAPER
from shared.database import audit, db
from shared.database.rows import attach_row, table_of
from shared.errors import Conflict, Invalid, NotAllowed, Refusal
from shared.forms import TYPED_HIJRI
from shared.identity.actor import Actor
from shared.identity.representation import Representation
from shared.values import references

_INSERT = insert(table_of(Application)).on_conflict_do_nothing().returning(table_of(Application).c.reference)


def start(session: Session, actor: Actor, slug: str, mission: str, claim: Claim | None = None) -> Application:
    """A new draft for the actor or, with a claim, for another person.

    Raises NotFound for an unknown transaction or mission; Refusal while the transaction is not active, where the
    mission or office does not offer it, where the office has closed, for a first passport of somebody who has had one,
    or for a claim that is not valid; Conflict with the reference of the open application, where the catalogue allows
    one at a time.
    """
    if not actor.person:
        raise NotAllowed("identity_not_confirmed")
    entry = forms.transaction(slug)
    mission_row = missions.find(session, mission)
    if entry.missions and mission_row.code not in entry.missions:
        raise Refusal("not_at_this_mission", missions=" ".join(entry.missions))
    transaction_status.check_active(session, slug, mission)
    office = offices.office_for(session, mission, entry)
    representation, facts = behalf.self_representation(actor.person, slug), None
    if claim is not None:
        representation, facts = behalf.check_claim(session, actor, entry, mission, claim)
    check_first(session, representation.person, entry)
    application = _insert(session, actor, entry, mission, representation, office.id if office else None)
    if facts is not None:
        if facts["alive"] is not True:
            save_answers(session, application, forms.with_death(application.answers, is_dead=True))
        snapshot.store_applicant(session, application.reference, mission, facts)
        snapshot.store_acting_person(session, application.reference, mission, facts)
        audit.act_for(session, representation.person, representation.capacity)
    note_step(session, actor, application, "drafted", None)
    return application


def _insert(
    session: Session,
    actor: Actor,
    entry: Transaction,
    mission: str,
    representation: Representation,
    office: str | None,
) -> Application:
    row: dict[str, object] = {
        "reference": references.new(mission, references.APPLICATION_LENGTH),
        "mission": mission,
        "transaction": entry.slug,
        "account": actor.id,
        "person": representation.person,
        "acting": representation.acting,
        "capacity": representation.capacity,
        "mandate": representation.mandate,
        "office": office,
        "status": Status.DRAFT.value,
        "single": entry.one_open,
        "one_of": entry.one_of,
        "answers": {},
        "facts": {},
        "round": 0,
        "lapses_on": lapses_on(session, mission),
        "assigned_to": None,
        "created_at": db.now(session),
        "changed_at": db.now(session),
    }
    if session.scalar(_INSERT, row) is None:
        raise _already_open(session, actor, representation.person, entry)
    return attach_row(session, Application(**row))


def _already_open(session: Session, actor: Actor, person: str, entry: Transaction) -> Conflict:
    """The Conflict of an open application. Its reference goes to the application's parties alone.

    The reference is empty when that application was closed in this moment: the actor can try again.
    """
    show_person_everywhere(session, person)
    is_same = Application.transaction == entry.slug
    if entry.one_of:
        is_same = or_(is_same, Application.one_of == entry.one_of)
    existing = session.scalar(
        select(Application)
        .where(Application.person == person, is_same, Application.status.in_((*OPEN, Status.READY)))
        .order_by(Application.status == Status.READY)
    )
    if existing is not None and not is_party(actor, existing):
        return Conflict("already_open_elsewhere")
    if existing is None or existing.transaction == entry.slug:
        return Conflict("already_open", reference=existing.reference if existing else None)
    return Conflict(f"{entry.one_of}_already_open", reference=existing.reference)


def save(
    session: Session, actor: Actor, reference: str, answers: Mapping[str, object], seen: str | None = None
) -> Application:
    """Saves the given answers; others stay, blank ones are cleared. Raises Invalid with a code per field.

    `seen` is the digest of the answers that their writer had before their eyes. Raises Conflict (answers_changed) where
    others stand there now that saving would replace unseen.
    """
    application = load_for_update(session, actor, "application.answer", reference)
    check_status(application, "edit")
    question_names = {question.name for question in forms.transaction(application.transaction).questions}
    unknown = sorted(set(answers) - question_names)
    if unknown:
        raise Invalid("invalid", errors={name[:60]: "unknown_question" for name in unknown[:20]})
    entry_questions = forms.transaction(application.transaction).questions
    marks = _marks(session, application)
    corrections.check_marked(marks, ANSWER, answers, corrections.open_questions(marks, entry_questions))
    filled = {name: answer for name, answer in answers.items() if not is_blank(answer)}
    merged = {
        name: answer for name, answer in application.answers.items() if name.removesuffix(TYPED_HIJRI) not in answers
    }
    country = missions.find(session, application.mission).country
    merged |= forms.check_draft(application.transaction, filled, today(session, application.mission), country)
    merged = forms.asked_answers(application.transaction, merged)
    if seen is not None:
        _check_seen(application, answers, merged, seen)
    before = application.answers
    save_answers(session, application, merged)
    free_where_answers_changed(session, actor, application, before)
    audit.record(
        session, actor, "application.answered", reference, count=len(filled), cleared=len(answers) - len(filled)
    )
    return application


def _marks(session: Session, application: Application) -> list[Correction]:
    """What alone may be changed of a returned application; nothing where all of it may."""
    is_returned = application.status == Status.RETURNED
    return corrections.open_corrections(session, application) if is_returned else []


def _check_seen(application: Application, names: Iterable[str], merged: Mapping[str, object], seen: str) -> None:
    present = forms.answers_digest(names, application.answers)
    if present not in (seen, forms.answers_digest(names, merged)):
        raise Conflict("answers_changed", reference=application.reference)


def is_blank(answer: object) -> bool:
    """Whether an answer is empty."""
    return answer is None or (isinstance(answer, str) and not answer.strip())


def check_attach(session: Session, actor: Actor, reference: str, name: str) -> str:
    """The mission of an application to which a file may be added now, before anybody reads the file.

    Raises Invalid for an unknown item of the checklist, Conflict for one that is full.
    """
    application = find(session, actor, "paper.upload", reference)
    check_status(application, "edit")
    if name not in _upload_names(application):
        raise Invalid("unknown_paper", field="name")
    marks = _marks(session, application)
    _check_marked(marks, name)
    store.check_count(session, reference, name, corrections.replaced(marks, name))
    return application.mission


def _check_marked(marks: list[Correction], name: str) -> None:
    marked = {one.name for one in marks if one.kind == PAPER}
    corrections.check_marked(marks, PAPER, [name], marked)


def attach(session: Session, actor: Actor, reference: str, name: str, filename: str, file: TakenFile) -> Upload:
    """Adds a file, which the intake has taken in, for an item of the checklist. Raises as `check_attach` does."""
    application = load_for_update(session, actor, "paper.upload", reference)
    check_attach(session, actor, reference, name)
    store.replace(session, actor, reference, name, corrections.replaced(_marks(session, application), name))
    return store.store_upload(session, actor, reference, application.mission, name, filename, file)


def offered_uploads(session: Session, actor: Actor, reference: str) -> list[Upload]:
    """Accepted files of earlier applications that may be handed in again here.

    None of an application that an ended mandate no longer shows.
    """
    application = find(session, actor, "paper.upload", reference)
    check_status(application, "edit")
    offered = reuse.offered(session, actor, application, _upload_names(application))
    return [one for one in offered if _may_read(session, actor, one)]


def _may_read(session: Session, actor: Actor, upload: Upload) -> bool:
    try:
        find(session, actor, "paper.read", upload.application)
    except NotAllowed:
        return False
    return True


def attach_again(session: Session, actor: Actor, reference: str, upload_id: str) -> Upload:
    """Hands an offered file in again. Raises NotFound, NotAllowed for a file that the actor may read no more,
    Conflict (too_many_papers), Invalid (not_marked)."""
    application = load_for_update(session, actor, "paper.upload", reference)
    check_status(application, "edit")
    find_upload(session, actor, upload_id)
    names = _upload_names(application)
    if marks := _marks(session, application):
        names = [one.name for one in marks if one.kind == PAPER and one.name in names]
    return reuse.reuse(session, actor, application, names, upload_id)


def _upload_names(application: Application) -> list[str]:
    return [entry_upload.name for entry_upload in forms.transaction(application.transaction).papers]


def detach(session: Session, actor: Actor, reference: str, upload: str) -> None:
    """Removes a file. Raises NotFound when it is not part of this application, Invalid (not_marked)."""
    application = load_for_update(session, actor, "paper.remove", reference)
    check_status(application, "edit")
    _check_marked(_marks(session, application), store.find(session, upload).name)
    store.remove(session, actor, reference, upload)


def find_upload(session: Session, actor: Actor, upload_id: str) -> Upload:
    """A file that the actor may read. Raises the same NotFound for an absent file and for another person's."""
    upload = store.find(session, upload_id)
    find(session, actor, "paper.read", upload.application)
    return upload
