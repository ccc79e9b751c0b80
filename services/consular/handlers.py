"""What the mission hears: the answers of the authorities."""

from sqlalchemy.orm import Session

from services.consular.applications import resolve
from shared.access import check_role
from shared.errors import Refusal
from shared.messages import Envelope


def decided(session: Session, envelope: Envelope) -> None:
    """An authority answered. Raises Refusal for an answer to another application than the envelope is about."""
    check_role(envelope.speaker, "message.decision.made")
    if envelope.body["application"] != envelope.about:
        raise Refusal("about_another")
    resolve.decide(session, envelope.speaker, envelope.body)


HANDLERS = {"decision.made": decided}
