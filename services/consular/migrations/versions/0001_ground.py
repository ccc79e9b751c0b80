"""Events, outbox, inbox and parked messages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import append_only, grant, scope_by_mission

revision = "0001"
down_revision = None


def upgrade() -> None:
    events()
    outbox()
    inbox()


def events() -> None:
    """Who did or read what, and why."""
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("mission", "actor_kind", "actor", "role")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("action", "about")),
        sa.Column("reason", sa.Text),
        sa.Column("detail", JSONB, nullable=False, server_default="{}"),
    )
    op.create_index("ix_event_about", "event", ["about", "id"])
    scope_by_mission("event")
    append_only("event")
    grant("event", "SELECT, INSERT")


def outbox() -> None:
    """Messages that leave with the change they tell of, and the last number of each application."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("sent", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_attempt", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("trouble", sa.Text),
    )
    op.create_index("uq_outbox_about_sequence", "outbox", ["about", "sequence"], unique=True)
    op.create_index("ix_outbox_due", "outbox", ["next_attempt"], postgresql_where="sent IS NULL")
    op.create_index("ix_outbox_unsent", "outbox", ["about", "sequence"], postgresql_where="sent IS NULL")
    op.create_index("ix_outbox_sent", "outbox", ["sent"], postgresql_where="sent IS NOT NULL")
    op.create_table(
        "outbox_place",
        sa.Column("about", sa.Text, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )
    for table in ("outbox", "outbox_place"):
        grant(table, "SELECT, INSERT, UPDATE, DELETE")


def inbox() -> None:
    """Messages received, what is applied of each application, and what is set aside for people."""
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("message", sa.Uuid, primary_key=True),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("applied", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.Text),
        sa.Column("raw", sa.LargeBinary),
    )
    undone = "state IN ('open', 'parked', 'discarded') AND applied IS NULL"
    op.create_index("ix_inbox_undone", "inbox", ["sender", "about", "sequence"], postgresql_where=undone)
    op.create_index("ix_inbox_applied", "inbox", ["received"], postgresql_where="state IN ('applied', 'ignored')")
    op.create_table(
        "inbox_place",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("consumer", "sender", "about")),
        sa.Column("applied", sa.Integer, nullable=False),
    )
    op.create_table(
        "parked",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False, server_default=""),
        sa.Column("exchange", sa.Text, nullable=False),
        sa.Column("routing_key", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("message", sa.Uuid),
        *(sa.Column(name, sa.Text) for name in ("about", "verdict", "verdict_by", "verdict_reason")),
        sa.Column("verdict_at", sa.DateTime(timezone=True)),
        sa.Column("replayed", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_parked_open", "parked", ["at"], postgresql_where="verdict IS NULL")
    replay = "verdict = 'replay' AND replayed IS NULL"
    op.create_index("ix_parked_replay", "parked", ["id"], postgresql_where=replay)
    for table in ("inbox", "inbox_place", "parked"):
        grant(table, "SELECT, INSERT, UPDATE, DELETE")
