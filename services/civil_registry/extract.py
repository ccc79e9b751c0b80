"""Issues a document from the register's present entries, for applicants whose kinship the register proves."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry import rules
from services.civil_registry.answer import answer
from services.civil_registry.confirm import identifier, look_up
from services.civil_registry.contents import snapshots
from services.civil_registry.contents.contents import CONTENTS
from services.civil_registry.contents.snapshots import Data
from services.civil_registry.kinship.holders import missing_event
from services.civil_registry.kinship.kinship import kinship, relation
from services.civil_registry.model import Person
from services.civil_registry.registrar.settlements import unsettled_findings
from services.civil_registry.rules import ZONE
from shared import documents
from shared.catalogue import CATALOGUE
from shared.catalogue.model import OWN
from shared.database.db import now
from shared.documents import validity
from shared.documents.model import Document
from shared.identity.actor import Actor
from shared.messaging.messages import Envelope
from shared.values.dates import local_date


def extract(session: Session, actor: Actor, envelope: Envelope) -> None:
    """Answers an application: granted with the document, refused without event or kinship, or returned.

    An application is returned for a wrong answer. It is also returned where the register contradicts itself; the
    request then waits for a registrar. A repeated application gets its valid document again.
    """
    kind, options = envelope.body["transaction"], envelope.body["options"]
    holder = look_up(session, actor, envelope)
    applicant = _applicant(session, envelope, holder)
    tie = kinship(session, applicant, holder) if applicant and holder else None
    reason = _refusal_reason(session, kind, holder, tie)
    if holder is None or applicant is None or reason:
        answer(session, actor, envelope, "refused", reason)
        return
    purpose = rules.purpose_of(options)
    if kind not in CONTENTS or purpose is None:
        answer(session, actor, envelope, "returned", "answer_wrong")
        return
    document = _issued_before(session, envelope.about, kind)
    if document is None:
        contents, codes = CONTENTS[kind](session, holder, options)
        unsettled_codes = unsettled_findings(session, holder, kind, codes)
        if unsettled_codes:
            answer(session, actor, envelope, "returned", "register_mismatch", findings=unsettled_codes)
            return
        data = (
            snapshots.head_data(session, holder, purpose)
            | {"applicant": snapshots.applicant_data(applicant, relation(session, applicant, holder, str(tie)))}
            | contents
        )
        document = _issue(session, actor, envelope, _owner(kind, applicant, holder), data)
    answer(session, actor, envelope, "granted", document=document)


def _applicant(session: Session, envelope: Envelope, holder: Person | None) -> Person | None:
    applicant_id = envelope.body.get("applicant")
    return session.get(Person, identifier(applicant_id)) if applicant_id else holder


def _refusal_reason(session: Session, kind: str, holder: Person | None, tie: str | None) -> str | None:
    """The reason of a refusal, or None. Only relatives may ask for a deceased person's entry."""
    entry = CATALOGUE.get(kind)
    holder_rule, acts = (entry.holder, entry.acts) if entry else (OWN, ())
    if holder is None or (holder_rule == OWN and tie == "self"):
        reason = rules.refusal_reason(holder is not None, holder.died_on if holder else None)
        if holder is None or reason:
            return reason
    return missing_event(session, holder, kind) if rules.may_be_drawn(holder_rule, acts, tie) else "not_kin"


def _issued_before(session: Session, application: str, kind: str) -> Document | None:
    query = select(Document).where(Document.about == application, Document.kind == kind, Document.status == "valid")
    return session.scalar(query.limit(1))


def _owner(kind: str, applicant: Person, holder: Person) -> Person:
    """Whose document it is: the applicant's, even if the entry is somebody else's.

    A relative who acts for the holder reads it by way of the application, as every representative does.
    """
    return holder if kind in CATALOGUE and CATALOGUE[kind].holder == OWN else applicant


def _issue(session: Session, actor: Actor, envelope: Envelope, owner: Person, data: Data) -> Document:
    kind = envelope.body["transaction"]
    expires_on = validity.expires_on(kind, local_date(now(session), ZONE))
    return documents.issue(session, actor, kind, envelope.about, envelope.mission, owner.id, data, expires_on)
