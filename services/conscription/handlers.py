"""What conscription hears, and which verb answers."""

from sqlalchemy.orm import Session

from services.conscription.allowance import discharge
from services.conscription.assess import assess
from services.conscription.defer import defer
from shared.identity.actor import service
from shared.messaging.messages import Envelope

NAME = "conscription"
VERBS = {"assess": assess, "defer": defer}


def forwarded(session: Session, envelope: Envelope) -> None:
    """An application was forwarded; ours are those that ask for an assessment or a deferral."""
    verb = VERBS.get(envelope.body["ask"])
    if envelope.body["authority"] == NAME and verb is not None:
        verb(session, service(NAME, envelope.mission), envelope)


def settled(session: Session, envelope: Envelope) -> None:
    """A fee was settled; ours are those of transactions we decide."""
    if envelope.body["authority"] == NAME:
        discharge(session, service(NAME, envelope.mission), envelope)


HANDLERS = {"application.forwarded": forwarded, "fee.settled": settled}
