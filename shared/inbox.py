"""What a service has heard: each message applied once, in the order it was said, or parked where people see it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    Uuid,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session

from shared.audit import record
from shared.db import infrastructure
from shared.errors import NotFound
from shared.identity import Actor

# Longer than any message can come back.
KEEP_KNOWN = timedelta(days=90)

# open: to be applied, now or later · applied · ignored: older than what is applied · parked: people decide ·
# discarded: people decided that it counts as applied without effect.
inbox = Table(
    "inbox",
    infrastructure,
    Column("consumer", Text, primary_key=True),
    Column("message", Uuid(as_uuid=False), primary_key=True),
    Column("sender", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("received", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("applied", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt", DateTime(timezone=True), nullable=False),
    Column("trouble", Text),
    # Kept until applied, so that the database alone can finish what the bus delivered.
    Column("raw", LargeBinary),
)
_UNDONE = inbox.c.state.in_(("open", "parked", "discarded")) & inbox.c.applied.is_(None)
Index("ix_inbox_undone", inbox.c.sender, inbox.c.about, inbox.c.sequence, postgresql_where=_UNDONE)
Index("ix_inbox_applied", inbox.c.received, postgresql_where=inbox.c.state.in_(("applied", "ignored")))

inbox_place = Table(
    "inbox_place",
    infrastructure,
    Column("consumer", Text, primary_key=True),
    Column("sender", Text, primary_key=True),
    Column("about", Text, primary_key=True),
    Column("applied", Integer, nullable=False),
)

parked = Table(
    "parked",
    infrastructure,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Column("exchange", Text, nullable=False),
    Column("routing_key", Text, nullable=False),
    Column("content_type", Text),
    Column("raw", LargeBinary, nullable=False),
    # Known only when at least the signature was true.
    Column("message", Uuid(as_uuid=False)),
    Column("about", Text),
    Column("verdict", Text),
    Column("verdict_by", Text),
    Column("verdict_reason", Text),
    Column("verdict_at", DateTime(timezone=True)),
    # When a replay was taken up again.
    Column("replayed", DateTime(timezone=True)),
)
Index("ix_parked_open", parked.c.at, postgresql_where=parked.c.verdict.is_(None))
Index("ix_parked_replay", parked.c.id, postgresql_where=(parked.c.verdict == "replay") & parked.c.replayed.is_(None))

TABLES = (inbox, inbox_place, parked)


def sweep(session: Session) -> None:
    """Forgets messages that are done with and can no longer come back."""
    done = inbox.c.state.in_(("applied", "ignored"))
    session.execute(delete(inbox).where(done & (inbox.c.received < func.now() - KEEP_KNOWN)))


def waiting(session: Session) -> int:
    """How many messages are neither applied nor set aside for good."""
    return session.scalar(select(func.count()).select_from(inbox).where(_UNDONE)) or 0


def parked_open(session: Session) -> int:
    """How many parked messages nobody has decided about."""
    return session.scalar(select(func.count()).select_from(parked).where(parked.c.verdict.is_(None))) or 0


def replay(session: Session, actor: Actor, number: int, reason: str) -> None:
    """Has a parked message taken up again, as if it had just arrived. Raises NotFound once it is decided."""
    row = _decide(session, actor, number, "replay", reason)
    if row.message:
        session.execute(delete(inbox).where(_is(row.consumer, row.message) & (inbox.c.state == "parked")))


def discard(session: Session, actor: Actor, number: int, reason: str) -> None:
    """Lets what was said later about the same application pass, as if this had been applied without effect."""
    row = _decide(session, actor, number, "discard", reason)
    if row.message:
        gone = {"state": "discarded", "next_attempt": func.now()}
        session.execute(
            update(inbox).where(_is(row.consumer, row.message) & (inbox.c.state == "parked")).values(**gone)
        )


def _is(consumer: str, message: str) -> ColumnElement[bool]:
    return (inbox.c.consumer == consumer) & (inbox.c.message == message)


def _decide(session: Session, actor: Actor, number: int, verdict: str, reason: str) -> Row[Any]:
    decided = session.execute(
        update(parked)
        .where(parked.c.id == number, parked.c.verdict.is_(None))
        .values(verdict=verdict, verdict_by=actor.id, verdict_reason=reason, verdict_at=func.now())
        .returning(parked)
    ).one_or_none()
    if decided is None:
        raise NotFound()
    record(session, actor, f"message.{verdict}", decided.about or f"parked:{number}", reason, parked=number)
    return decided
