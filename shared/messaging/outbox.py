"""Messages leave in the commit of the change they tell of: a row here first, the bus later."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from shared.database import pending
from shared.database.db import infrastructure
from shared.identity.actor import Actor
from shared.logs import request_id
from shared.messaging.messages import CURRENT, Envelope, checked_body
from shared.observation import traces
from shared.values.references import mission_of

# Sent rows are kept to be sent again when a broker loses its disk. Listeners know what they have seen for longer.
RETENTION = timedelta(days=30)
MAX_BODY = 16 * 1024

outbox = Table(
    "outbox",
    infrastructure,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("about", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("created", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("sent", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("trouble", Text),
    Index("uq_outbox_about_sequence", "about", "sequence", unique=True),
)
_UNSENT = outbox.c.sent.is_(None)
Index("ix_outbox_due", outbox.c.next_attempt, postgresql_where=_UNSENT)
Index("ix_outbox_unsent", outbox.c.about, outbox.c.sequence, postgresql_where=_UNSENT)
Index("ix_outbox_sent", outbox.c.sent, postgresql_where=outbox.c.sent.is_not(None))

# Counts what this service has said about each application. The row stays locked until the change commits, so numbers
# follow the order of commits and a change that is rolled back leaves no gap.
outbox_place = Table(
    "outbox_place",
    infrastructure,
    Column("about", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)
TABLES = (outbox, outbox_place)

_SENT = pending.recordset(outbox, ("id", "about", "type", "version", "content"), "new_outbox")
# Counters are taken in one order, so that two transactions about the same applications wait for each other instead of
# dying. The relay wakes when, and only when, this commits.
_EMIT = pending.EndWrite(
    "new_outbox",
    f"""
    numbered AS (
        SELECT sent.*, row_number() OVER (PARTITION BY about ORDER BY {pending.PLACE}) AS number FROM {_SENT}
    ), counted AS (
        INSERT INTO outbox_place (about, last)
        SELECT about, count(*) FROM numbered GROUP BY about ORDER BY about
        ON CONFLICT (about) DO UPDATE SET last = outbox_place.last + excluded.last
        RETURNING about, last
    ), new_outbox AS (
        INSERT INTO outbox (id, about, type, version, content, sequence)
        SELECT id, about, type, version, content,
            counted.last - (SELECT count(*) FROM numbered AS same WHERE same.about = numbered.about) + number
        FROM numbered JOIN counted USING (about) ORDER BY {pending.PLACE}
    )
    """,  # noqa: S608
    then="pg_notify('outbox_' || current_schema(), '')",
)


def emit(
    session: Session, actor: Actor, type: str, about: str, body: dict[str, Any], cause: Envelope | None = None
) -> str:
    """Says something about an application to whoever listens, once this transaction commits. Gives the message's id.

    It is written at the end of the transaction, with the others.

    Raises marshmallow's ValidationError for a body its schema refuses, ValueError for a large one.
    """
    version = CURRENT[type]
    if len(str(body)) > MAX_BODY:
        raise ValueError("messages carry ids; files travel by reference")
    checked_body(type, version, body)
    message = str(uuid4())
    content = {
        "actor": {"kind": actor.kind, "id": actor.id, "role": actor.role},
        "mission": mission_of(about),
        "correlation": cause.correlation if cause else request_id.get() or message,
        "causation": cause.id if cause else None,
        "traceparent": cause.traceparent if cause else traces.current(),
        "body": body,
    }
    row = {"id": message, "about": about, "type": type, "version": version, "content": content}
    pending.write_at_end(session, _EMIT, row)
    return message


def resend(session: Session, since: timedelta = RETENTION) -> int:
    """Marks what was sent lately as unsent, for a bus that forgot it; listeners ignore what they know."""
    is_recent = outbox.c.sent > func.now() - since
    updated = session.execute(
        update(outbox).where(is_recent).values(sent=None, attempts=0, next_attempt=func.now()).returning(outbox.c.id)
    )
    return len(updated.all())


def delete_expired(session: Session) -> None:
    """Deletes rows sent long ago."""
    session.execute(delete(outbox).where(outbox.c.sent < func.now() - RETENTION))


def count_unsent(session: Session, seconds: float = 0.0) -> int:
    """How many messages have waited for the bus for so many seconds."""
    is_late = outbox.c.created <= func.now() - timedelta(seconds=seconds)
    return session.scalar(select(func.count()).select_from(outbox).where(_UNSENT, is_late)) or 0
