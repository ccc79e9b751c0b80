"""What a service has heard: each message applied once, in the order it was said, or parked where people see it."""

from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    Table,
    Text,
    Uuid,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from shared.database.audit import record
from shared.database.db import infrastructure
from shared.errors import NotFound
from shared.identity.actor import Actor
from shared.logs import log
from shared.messaging.messages import Delivery

# Longer than any message can come back.
RETENTION = timedelta(days=90)

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
_PENDING = inbox.c.state.in_(("open", "parked", "discarded")) & inbox.c.applied.is_(None)
Index("ix_inbox_undone", inbox.c.sender, inbox.c.about, inbox.c.sequence, postgresql_where=_PENDING)
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


# A parked copy longer than this is cut: it cannot be ours, and nobody will replay it.
MAX_RAW_BYTES = 1024 * 1024
BATCH = 100


class SequenceKey(Protocol):
    """What orders a message: an envelope, or a row of the inbox."""

    @property
    def sender(self) -> str: ...

    @property
    def about(self) -> str: ...


def is_message(consumer: str, message: str) -> ColumnElement[bool]:
    """The row of one message."""
    return (inbox.c.consumer == consumer) & (inbox.c.message == message)


def at_sequence(consumer: str, message: SequenceKey) -> ColumnElement[bool]:
    """The row that counts how many messages of one sender about one application are applied."""
    position = inbox_place.c
    return (position.consumer == consumer) & (position.sender == message.sender) & (position.about == message.about)


def due_messages(consumer: str) -> Select[str]:
    """Messages to attempt now: their time has come and nothing before them is missing."""
    position = at_sequence(consumer, inbox.c)  # type: ignore[arg-type]
    applied = func.coalesce(select(inbox_place.c.applied).where(position).scalar_subquery(), 0)
    pending = inbox.c.state.in_(("open", "discarded")) & inbox.c.applied.is_(None)
    due = (inbox.c.consumer == consumer) & pending & (inbox.c.next_attempt <= func.now())
    is_next = inbox.c.sequence <= applied + 1
    return select(inbox.c.message).where(due, is_next).order_by(inbox.c.received).limit(BATCH)


def replays(consumer: str) -> Select[Any]:
    """Parked messages somebody wants taken up again."""
    requested = (parked.c.consumer == consumer) & (parked.c.verdict == "replay") & parked.c.replayed.is_(None)
    return select(parked).where(requested).order_by(parked.c.id).limit(BATCH)


def park(
    connection: Connection,
    consumer: str,
    delivery: Delivery,
    reason: str,
    detail: str,
    message: str | None,
    order: SequenceKey | None,
) -> None:
    """Sets a delivery aside, byte for byte, with the code of the reason. Detail names fields, never their values."""
    row = {"consumer": consumer, "message": message, "about": order.about if order else None}
    delivery_row = {
        "routing_key": printable(delivery.routing_key),
        "content_type": printable(delivery.content_type or ""),
    }
    raw = delivery.raw[:MAX_RAW_BYTES]
    reason_row = {"reason": reason, "detail": printable(detail)}
    connection.execute(insert(parked).values(**row, **delivery_row, **reason_row, exchange=delivery.exchange, raw=raw))
    log().error("parked", reason=reason, detail=detail, exchange=delivery.exchange)


def printable(text: str) -> str:
    """Foreign text made safe for a column and a screen."""
    return "".join(char if char.isprintable() else "?" for char in text[:200])


def delete_expired(session: Session) -> None:
    """Forgets messages that are done with and can no longer come back."""
    finished = inbox.c.state.in_(("applied", "ignored"))
    session.execute(delete(inbox).where(finished & (inbox.c.received < func.now() - RETENTION)))


def count_waiting(session: Session, seconds: float = 0.0) -> int:
    """How many messages have been neither applied nor set aside for good for so many seconds."""
    is_late = inbox.c.received <= func.now() - timedelta(seconds=seconds)
    return session.scalar(select(func.count()).select_from(inbox).where(_PENDING, is_late)) or 0


def count_parked(session: Session, seconds: float = 0.0) -> int:
    """How many parked messages nobody has decided about for so many seconds."""
    is_late = parked.c.at <= func.now() - timedelta(seconds=seconds)
    return session.scalar(select(func.count()).select_from(parked).where(parked.c.verdict.is_(None), is_late)) or 0


def gaps() -> Select[Any]:
    """Per sender and application: the number that is missing, how many messages wait for it, since when."""
    applied = func.coalesce(inbox_place.c.applied, 0)
    position = (
        (inbox_place.c.consumer == inbox.c.consumer)
        & (inbox_place.c.sender == inbox.c.sender)
        & (inbox_place.c.about == inbox.c.about)
    )
    missing, since = (applied + 1).label("missing"), func.min(inbox.c.received)
    age = cast(func.extract("epoch", func.now() - since), Integer).label("age")
    return (
        select(inbox.c.sender, inbox.c.about, missing, func.count().label("waiting"), since.label("since"), age)
        .select_from(inbox.outerjoin(inbox_place, position))
        .where(_PENDING, inbox.c.sequence > applied + 1)
        .group_by(inbox.c.consumer, inbox.c.sender, inbox.c.about, applied)
        .order_by(since)
    )


def replay(session: Session, actor: Actor, number: int, reason: str) -> None:
    """Has a parked message taken up again, as if it had just arrived. Raises NotFound once it is decided."""
    row = _decide(session, actor, number, "replay", reason)
    if row.message:
        session.execute(delete(inbox).where(is_message(row.consumer, row.message) & (inbox.c.state == "parked")))


def discard(session: Session, actor: Actor, number: int, reason: str) -> None:
    """Lets what was said later about the same application pass, as if this had been applied without effect."""
    row = _decide(session, actor, number, "discard", reason)
    if row.message:
        values = {"state": "discarded", "next_attempt": func.now()}
        session.execute(
            update(inbox).where(is_message(row.consumer, row.message) & (inbox.c.state == "parked")).values(**values)
        )


def _decide(session: Session, actor: Actor, number: int, verdict: str, reason: str) -> Row[Any]:
    row = session.execute(
        update(parked)
        .where(parked.c.id == number, parked.c.verdict.is_(None))
        .values(verdict=verdict, verdict_by=actor.id, verdict_reason=reason, verdict_at=func.now())
        .returning(parked)
    ).one_or_none()
    if row is None:
        raise NotFound()
    record(session, actor, f"message.{verdict}", row.about or f"parked:{number}", reason, parked=number)
    return row
