"""Stores a mission's request with its decision, and sends the decision."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from services.civil_registry.model import Request
from shared.documents import issuer
from shared.documents.model import Document
from shared.identity.actor import Actor
from shared.messaging.messages import Envelope
from shared.messaging.outbox import emit


def answer(
    session: Session,
    actor: Actor,
    cause: Envelope,
    outcome: str,
    reason: str | None = None,
    document: Document | None = None,
    findings: Sequence[str] = (),
) -> None:
    """Sends `decision.made` about the application of the message `cause`.

    A request with findings waits for a registrar. Raises Refusal (authority_missing) where no authority decides.
    """
    issuer.check_official()
    request = cause.body
    session.add(
        Request(
            mission=cause.mission,
            application=cause.about,
            transaction=request["transaction"],
            ask=request["ask"],
            person=UUID(request["person"]),
            outcome=outcome,
            reason=reason,
            document=document.code if document else None,
            state="mismatch" if findings else "answered",
            findings=list(findings),
        )
    )
    decision = {
        "outcome": outcome,
        "reason": reason,
        "document": document.code if document else None,
        "document_number": document.number if document else None,
    }
    subject = {"application": cause.about, "transaction": request["transaction"], "ask": request["ask"]}
    body = subject | {name: value for name, value in decision.items() if value is not None}
    emit(session, actor, "decision.made", cause.about, body, cause=cause)
