"""The messages that the civil registry consumes, and the verb for each."""

from sqlalchemy.orm import Session

from services.civil_registry.confirm import confirm
from services.civil_registry.extract import extract
from shared.errors import Refusal
from shared.identity.actor import service
from shared.messaging.handlers import Addressed, Handler
from shared.messaging.messages import Envelope
from shared.messaging.revoked_documents import revoke_document

NAME = "civil_registry"
ANSWERS = {"confirm": confirm, "extract": extract}


def handle_forwarded_application(session: Session, envelope: Envelope) -> None:
    """Answers an application addressed to this register. Raises Refusal (ask_unknown) for an unknown ask."""
    verb = ANSWERS.get(envelope.body["ask"])
    if verb is None:
        raise Refusal("ask_unknown", ask=envelope.body["ask"])
    verb(session, service(NAME, envelope.mission), envelope)


HANDLERS: dict[str, Handler] = {
    "application.forwarded": Addressed(NAME, handle_forwarded_application),
    "document.revoked": Addressed(NAME, revoke_document(NAME)),
}
