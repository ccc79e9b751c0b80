"""The messages that the civil registry consumes, and the verb for each."""

from sqlalchemy.orm import Session

from services.civil_registry.confirm import confirm
from services.civil_registry.extract import extract
from shared import documents
from shared.errors import Refusal
from shared.identity.actor import service
from shared.messaging.handlers import Addressed, Handler
from shared.messaging.messages import Envelope

NAME = "civil_registry"
ANSWERS = {"confirm": confirm, "extract": extract}


def handle_forwarded_application(session: Session, envelope: Envelope) -> None:
    """Answers an application addressed to this register. Raises Refusal (ask_unknown) for an unknown ask."""
    verb = ANSWERS.get(envelope.body["ask"])
    if verb is None:
        raise Refusal("ask_unknown", ask=envelope.body["ask"])
    verb(session, service(NAME, envelope.mission), envelope)


def handle_revoked_document(session: Session, envelope: Envelope) -> None:
    """Revokes a document of this register that two people of a mission have signed off."""
    body = envelope.body
    documents.revoke(session, service(NAME, envelope.mission), body["document"], body["proposal"])


HANDLERS: dict[str, Handler] = {
    "application.forwarded": Addressed(NAME, handle_forwarded_application),
    "document.revoked": Addressed(NAME, handle_revoked_document),
}
