"""The messages that conscription consumes, and the verb for each."""

from sqlalchemy.orm import Session

from services.conscription.allowance import discharge
from services.conscription.assess import assess
from services.conscription.defer import defer
from shared.identity.actor import service
from shared.messaging.handlers import Addressed, Handler
from shared.messaging.messages import Envelope
from shared.messaging.revoked_documents import revoke_document

NAME = "conscription"
VERBS = {"assess": assess, "defer": defer}


def handle_forwarded_application(session: Session, envelope: Envelope) -> None:
    """Answers an application that asks this register for an assessment or a deferral."""
    verb = VERBS.get(envelope.body["ask"])
    if verb is not None:
        verb(session, service(NAME, envelope.mission), envelope)


def handle_settled_fee(session: Session, envelope: Envelope) -> None:
    """Answers a settled fee of a transaction that this register decides."""
    discharge(session, service(NAME, envelope.mission), envelope)


HANDLERS: dict[str, Handler] = {
    "application.forwarded": Addressed(NAME, handle_forwarded_application),
    "document.revoked": Addressed(NAME, revoke_document(NAME)),
    "fee.settled": Addressed(NAME, handle_settled_fee),
}
