"""The messages the mission consumes: the answers of the registers and of the ministries."""

from sqlalchemy.orm import Session

from services.consular.workflow import correspondence as letters
from services.consular.workflow import resolve, resume
from shared.errors import Refusal
from shared.identity.access import check_role
from shared.messaging.handlers import Handler
from shared.messaging.messages import Envelope


def handle_decision(session: Session, envelope: Envelope) -> None:
    """Applies an authority's answer. Raises Refusal when the body names another application than the envelope."""
    check_role(envelope.speaker, "message.decision.made")
    if envelope.body["application"] != envelope.about:
        raise Refusal("about_another")
    if envelope.body.get("reason") == resume.SETTLED:
        resume.resume(session, envelope.speaker, envelope.about, envelope.sender, envelope.body["ask"])
        return
    resolve.decide(session, envelope.speaker, envelope.body)


def handle_letter_answer(session: Session, envelope: Envelope) -> None:
    """Applies a ministry's answer. Raises Refusal when the body names another application than the envelope."""
    check_role(envelope.speaker, "message.letter.answered")
    if envelope.body["application"] != envelope.about:
        raise Refusal("about_another")
    letters.apply_answer(session, envelope.speaker, envelope.body)


HANDLERS: dict[str, Handler] = {"decision.made": handle_decision, "letter.answered": handle_letter_answer}
