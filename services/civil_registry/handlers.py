"""What the civil registry hears, and which verb answers."""

from sqlalchemy.orm import Session

from services.civil_registry.confirm import confirm
from services.civil_registry.extract import extract
from shared.errors import Refusal
from shared.identity.actor import service
from shared.messaging.messages import Envelope

NAME = "civil_registry"
ANSWERS = {"confirm": confirm, "extract": extract}


def forwarded(session: Session, envelope: Envelope) -> None:
    """An application was forwarded; ours are those addressed to this register. Raises Refusal for what we cannot do."""
    if envelope.body["authority"] != NAME:
        return
    verb = ANSWERS.get(envelope.body["ask"])
    if verb is None:
        raise Refusal("ask_unknown", ask=envelope.body["ask"])
    verb(session, service(NAME, envelope.mission), envelope)


HANDLERS = {"application.forwarded": forwarded}
