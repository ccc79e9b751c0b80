"""Draws a paper from the register as it stands today, for whoever the register itself says may have it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry import rules, snapshots
from services.civil_registry.answer import answer
from services.civil_registry.confirm import identifier, look_up
from services.civil_registry.contents import CONTENTS
from services.civil_registry.holders import missing_event
from services.civil_registry.kinship import kinship
from services.civil_registry.model import Person
from services.civil_registry.registrar.accepted import unsettled
from services.civil_registry.rules import ZONE
from services.civil_registry.snapshots import Data
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
    """Granted with the document's code; refused for want of an event or of kinship, returned for a wrong answer.

    Where the register contradicts itself the application goes back and the request waits for a registrar.
    An application that comes again is answered with the document it already has, unless that was revoked.
    """
    kind, options = envelope.body["transaction"], envelope.body["options"]
    holder = look_up(session, actor, envelope)
    applicant = _applicant(session, envelope, holder)
    tie = kinship(session, applicant, holder) if applicant and holder else None
    reason = _reason(session, kind, holder, tie)
    if holder is None or applicant is None or reason:
        answer(session, actor, envelope, "refused", reason)
        return
    purpose = rules.purpose_of(options)
    if kind not in CONTENTS or purpose is None:
        answer(session, actor, envelope, "returned", "answer_wrong")
        return
    code = _issued_before(session, envelope.about, kind)
    if code is None:
        drawn, found = CONTENTS[kind](session, holder, options)
        wrong = unsettled(session, holder, kind, found)
        if wrong:
            answer(session, actor, envelope, "returned", "register_mismatch", findings=wrong)
            return
        data = snapshots.head(session, holder, purpose) | {"applicant": snapshots.asked_by(applicant, str(tie))} | drawn
        code = _issue(session, actor, envelope, applicant, data)
    answer(session, actor, envelope, "granted", document=code)


def _applicant(session: Session, envelope: Envelope, holder: Person | None) -> Person | None:
    asking = envelope.body.get("applicant")
    return session.get(Person, identifier(asking)) if asking else holder


def _reason(session: Session, kind: str, holder: Person | None, tie: str | None) -> str | None:
    """Why nothing may be drawn, or None. The dead have their entries drawn by relatives alone."""
    whose = CATALOGUE[kind].holder if kind in CATALOGUE else OWN
    if holder is None or whose == OWN:
        unfit = rules.refusal_reason(holder is not None, holder.died_on if holder else None)
        if holder is None or unfit:
            return unfit
    return missing_event(session, holder, kind) if rules.may_draw(whose, tie) else "not_kin"


def _issued_before(session: Session, application: str, kind: str) -> str | None:
    valid = select(Document.code).where(
        Document.about == application, Document.kind == kind, Document.status == "valid"
    )
    return session.scalar(valid.limit(1))


def _issue(session: Session, actor: Actor, envelope: Envelope, applicant: Person, data: Data) -> str:
    """The paper belongs to who asked for it: they read it, whosever entry it was drawn from."""
    kind = envelope.body["transaction"]
    until = validity.expires_on(kind, local_date(now(session), ZONE))
    return documents.issue(session, actor, kind, envelope.about, envelope.mission, applicant.id, data, until).code
