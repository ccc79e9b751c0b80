"""Messages to the register, and the answers it sends."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry.handlers import HANDLERS
from shared.database import pending
from shared.messaging.messages import Envelope
from shared.messaging.outbox import outbox
from shared.values import references
from tests.conftest import HOME
from tests.factories.messages.envelopes import envelope

OFFICER = {"kind": "officer", "id": "o", "role": "officer"}


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
    return envelope("application.forwarded", "consular", about, {**body, **changed}, HOME, OFFICER)


def consume(session: Session, envelope: Envelope) -> list[dict[str, Any]]:
    """Handles the message; everything said about its application so far."""
    HANDLERS["application.forwarded"](session, envelope)
    pending.write(session)
    rows = session.execute(select(outbox).where(outbox.c.about == envelope.about).order_by(outbox.c.sequence))
    return [row.content["body"] for row in rows]
