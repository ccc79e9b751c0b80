"""Keeps what a mission asked and what was answered, and sends the answer."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from services.civil_registry.model import Request
from shared.documents import issuer
from shared.identity.actor import Actor
from shared.messaging.messages import Envelope
from shared.messaging.outbox import emit


def answer(
    session: Session,
    actor: Actor,
    cause: Envelope,
    outcome: str,
    reason: str | None = None,
    document: str | None = None,
    findings: Sequence[str] = (),
) -> None:
    """Sends `decision.made` about the application that a message asked for. With findings a registrar has to look.

    Raises Refusal (authority_missing) where no authority decides.
    """
    issuer.check_official()
    asked = cause.body
    session.add(
        Request(
            mission=cause.mission,
            application=cause.about,
            transaction=asked["transaction"],
            ask=asked["ask"],
            person=UUID(asked["person"]),
            outcome=outcome,
            reason=reason,
            document=document,
            state="mismatch" if findings else "answered",
            findings=list(findings),
        )
    )
    said = {"outcome": outcome, "reason": reason, "document": document}
    head = {"application": cause.about, "transaction": asked["transaction"], "ask": asked["ask"]}
    body = head | {name: value for name, value in said.items() if value is not None}
    emit(session, actor, "decision.made", cause.about, body, cause=cause)
