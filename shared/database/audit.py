"""Who did or read what, and why: one row per change and per look at a person's data, in the same commit."""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from shared.database import pending
from shared.database.db import infrastructure
from shared.identity.actor import Actor

event = Table(
    "event",
    infrastructure,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("mission", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("reason", Text),
    Column("detail", JSONB, nullable=False, server_default="{}"),
    Index("ix_event_about", "about", "id"),
)

_INSERT = pending.insert_at_end(event, "mission", "actor_kind", "actor", "role", "action", "about", "reason", "detail")


def act_for(session: Session, person: str, capacity: str) -> None:
    """From here on every event of this transaction names for whom the actor acts, and as what."""
    session.info["acts"] = {"for": person, "capacity": capacity}


def record(
    session: Session,
    actor: Actor,
    action: str,
    about: str,
    reason: str | None = None,
    **detail: str | int | bool | None,
) -> None:
    """Has an event written at the end of the transaction.

    `about` is a reference or a person's identifier; detail holds ids and codes only.
    """
    row = {
        "mission": session.info.get("mission", ""),
        "actor_kind": actor.kind,
        "actor": actor.id,
        "role": actor.role,
        "action": action,
        "about": about,
        "reason": reason,
        "detail": detail | session.info.get("acts", {}),
    }
    pending.write_at_end(session, _INSERT, row)
