"""What the mission hears: the answers of the registers and of the ministries."""

from sqlalchemy.orm import Session

from services.consular.workflow import correspondence as letters
from services.consular.workflow import resolve, resume
from shared.errors import Refusal
from shared.identity.access import check_role
from shared.messaging.messages import Envelope


def decided(session: Session, envelope: Envelope) -> None:
    """An authority answered. Raises Refusal for an answer to another application than the envelope is about."""
    check_role(envelope.speaker, "message.decision.made")
    if envelope.body["application"] != envelope.about:
        raise Refusal("about_another")
    if envelope.body.get("reason") == resume.SETTLED:
        resume.resume(session, envelope.speaker, envelope.about, envelope.sender, envelope.body["ask"])
        return
    resolve.decide(session, envelope.speaker, envelope.body)


def letter_answered(session: Session, envelope: Envelope) -> None:
    """A ministry answered a letter. Raises Refusal for an answer about another application than the envelope's."""
    check_role(envelope.speaker, "message.letter.answered")
    if envelope.body["application"] != envelope.about:
        raise Refusal("about_another")
    letters.answered(session, envelope.speaker, envelope.body)


HANDLERS = {"decision.made": decided, "letter.answered": letter_answered}
