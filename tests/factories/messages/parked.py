"""A message that could not be applied."""

from sqlalchemy import insert

from shared.database.db import Database
from shared.messaging.inbox import parked


def park(database: Database, about: str | None, raw: bytes = b'{"type": "decision.made"}') -> int:
    """Sets a message about an application aside; gives its number."""
    row = {
        "consumer": "consular",
        "reason": "body_invalid",
        "detail": "outcome",
        "exchange": "civil_registry",
        "routing_key": "decision.made",
        "raw": raw,
        "about": about,
    }
    with database.scope(None) as session:
        return int(session.execute(insert(parked).values(row).returning(parked.c.id)).scalar_one())
