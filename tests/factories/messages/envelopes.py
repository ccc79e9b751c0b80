"""A message as the inbox hands it over."""

import uuid
from datetime import UTC, datetime
from typing import Any

from shared.messaging.messages import Envelope
from shared.values import references


def envelope(
    type: str, sender: str, about: str, body: dict[str, Any], mission: str = "", actor: dict[str, str] | None = None
) -> Envelope:
    """The first message about an application; spoken by the sender itself unless an actor is named."""
    return Envelope(
        id=str(uuid.uuid4()),
        type=type,
        version=1,
        occurred_at=datetime.now(UTC),
        sender=sender,
        actor=actor or {"kind": "service", "id": sender, "role": sender},
        mission=mission or references.mission_of(about),
        about=about,
        sequence=1,
        correlation="test",
        body=body,
    )
