"""A paper that says an application of its holder is pending, and names no service: for landlords, employers, police.

Its holder alone makes and revokes it. For what the paper itself would betray, conscription and criminal records, there
is none. It ends with the application, and by itself after a month.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import load_for_update, note_step
from services.consular.people import snapshot
from shared import documents, forms
from shared.catalogue.pending_proof import may_be_proven
from shared.documents import validity
from shared.documents.model import Document
from shared.errors import Conflict, NotAllowed, Refusal
from shared.identity.actor import Actor

KIND = "pending-proof"
PENDING = (Status.IN_REVIEW.value, Status.WITH_AUTHORITY.value)
BATCH = 200


def make(session: Session, actor: Actor, reference: str) -> Document:
    """The proof, or the one that is valid already.

    Raises NotAllowed for anybody but its holder, Refusal for a transaction without one, Conflict while nothing is
    pending.
    """
    application = _load_of_holder(session, actor, reference)
    if not may_be_proven(forms.transaction(application.transaction)):
        raise Refusal("no_proof_of_this")
    if application.status not in PENDING or application.submitted_at is None:
        raise Conflict("nothing_pending")
    valid = _valid(session, [reference], missions.today(session, application.mission))
    return valid[0] if valid else _issue(session, actor, application)


def _issue(session: Session, actor: Actor, application: Application) -> Document:
    applicant = snapshot.applicant_of(session, application.reference)
    if applicant is None or application.submitted_at is None:
        raise Refusal("statement_incomplete")
    mission = application.mission
    today = missions.today(session, mission)
    data = {
        "holder": snapshot.printed_name(applicant),
        "since": missions.day_of(session, mission, application.submitted_at).isoformat(),
        "zone": missions.find(session, mission).zone,
    }
    document = documents.issue(
        session, actor, KIND, application.reference, mission, application.person, data, validity.expires_on(KIND, today)
    )
    note_step(session, actor, application, "pending_proof_made", Status(application.status))
    return document


def current(session: Session, actor: Actor, reference: str) -> Document | None:
    """The proof that is valid now. Raises as `make` for others."""
    application = _load_of_holder(session, actor, reference)
    return next(iter(_valid(session, [reference], missions.today(session, application.mission))), None)


def revoke(session: Session, actor: Actor, reference: str) -> None:
    """Ends the proof; whoever looks it up sees that it was revoked. Raises Conflict where there is none."""
    application = _load_of_holder(session, actor, reference)
    valid = _valid(session, [reference], missions.today(session, application.mission))
    if not valid:
        raise Conflict("no_proof")
    for document in valid:
        documents.revoke(session, actor, document.code, "by_holder")
    session.flush()
    note_step(session, actor, application, "pending_proof_revoked", Status(application.status))


def end_mission(session: Session, actor: Actor, today: date) -> int:
    """Revokes proofs of applications of the session's mission that are pending no longer."""
    over = select(Application.reference).where(
        Application.mission == session.info["mission"], Application.status.not_in(PENDING)
    )
    proofs = select(Document).where(
        Document.kind == KIND, Document.status == "valid", Document.expires_on >= today, Document.about.in_(over)
    )
    ended = session.scalars(proofs.limit(BATCH).with_for_update(skip_locked=True)).all()
    for document in ended:
        documents.revoke(session, actor, document.code, "application_over")
    session.flush()
    return len(ended)


def _load_of_holder(session: Session, actor: Actor, reference: str) -> Application:
    application = load_for_update(session, actor, "pending_proof.make", reference)
    if actor.person != application.person:
        raise NotAllowed("proof_by_holder_alone")
    return application


def _valid(session: Session, references: list[str], today: date) -> Sequence[Document]:
    query = select(Document).where(
        Document.about.in_(references), Document.kind == KIND, Document.status == "valid", Document.expires_on >= today
    )
    return session.scalars(query.order_by(Document.issued_at.desc())).all()
