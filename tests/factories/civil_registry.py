"""Messages to the register, and the answers it sends."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry.handlers import HANDLERS
from shared.messaging.messages import Envelope
from shared.messaging.outbox import outbox
from shared.values import references
from tests.conftest import HOME


def forwarded(person: str, ask: str, application: str = "", **changed: Any) -> Envelope:
    """The message that asks the register about a person."""
    about = application or references.new(HOME, 10)
    body = {
        "application": about,
        "transaction": "individual-extract" if ask == "extract" else "passport-renewal",
        "ask": ask,
        "authority": "civil_registry",
        "person": person,
        "options": {"purpose": "study", "marital_status_shown": "yes"},
    }
    return Envelope(
        id=str(uuid4()),
        type="application.forwarded",
        version=1,
        occurred_at=datetime.now(UTC),
        sender="consular",
        actor={"kind": "officer", "id": "o", "role": "officer"},
        mission=HOME,
        about=about,
        sequence=1,
        correlation="test",
        body={**body, **changed},
    )


def consume(session: Session, envelope: Envelope) -> list[dict[str, Any]]:
    """Handles the message; everything said about its application so far."""
    HANDLERS["application.forwarded"](session, envelope)
    session.flush()
    rows = session.execute(select(outbox).where(outbox.c.about == envelope.about).order_by(outbox.c.sequence))
    return [row.content["body"] for row in rows]
