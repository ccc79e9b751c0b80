"""Inquiries to the mission: the question, what was said in it, its files."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import append_only, grant, scope_by_mission

revision = "0033"
down_revision = "0032"

INSTANT = sa.DateTime(timezone=True)
STATES = "state IN ('unconfirmed', 'waiting', 'accepted', 'refused', 'referred', 'appealed')"


def upgrade() -> None:
    inquiries()
    entries()
    files()


def inquiries() -> None:
    op.create_table(
        "inquiry",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("reference", "mission", "channel", "type", "number")),
        *(sa.Column(name, sa.Text) for name in ("person", "account", "contact", "about", "owner", "answered_by")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("text", "state", "held_by")),
        sa.Column("round", sa.SmallInteger, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        *(sa.Column(f"{name}_at", INSTANT) for name in ("confirmed", "escalated", "answered", "appealed")),
        sa.Column("due_on", sa.Date),
        sa.Column("rating", sa.SmallInteger),
        sa.PrimaryKeyConstraint("reference", name="pk_inquiry"),
        sa.ForeignKeyConstraint(["about"], ["application.reference"], name="fk_inquiry_about"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_inquiry_mission"),
        sa.CheckConstraint("left(about, 3) = mission", name="ck_inquiry_about"),
        sa.CheckConstraint("channel IN ('page', 'phone', 'mail', 'fax')", name="ck_inquiry_channel"),
        sa.CheckConstraint(STATES, name="ck_inquiry_state"),
        sa.CheckConstraint("held_by IN ('officer', 'head_of_mission')", name="ck_inquiry_held_by"),
        sa.CheckConstraint("(state = 'unconfirmed') = (confirmed_at IS NULL)", name="ck_inquiry_confirmed"),
        sa.CheckConstraint("state = 'unconfirmed' OR due_on IS NOT NULL", name="ck_inquiry_due"),
        sa.CheckConstraint("num_nonnulls(person, contact) > 0", name="ck_inquiry_known"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name="ck_inquiry_rating"),
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 4000", name="ck_inquiry_text"),
    )
    op.create_index("ix_inquiry_queue", "inquiry", ["mission", "state", "due_on"])
    op.create_index("ix_inquiry_person", "inquiry", ["person", "made_at"])
    op.create_index("ix_inquiry_about", "inquiry", ["about"], postgresql_where=sa.text("about IS NOT NULL"))
    scope_by_mission("inquiry")
    op.execute("CREATE POLICY own_person ON inquiry FOR SELECT USING (person = current_setting('mahjar.person', true))")
    grant("inquiry", "SELECT, INSERT, UPDATE, DELETE")


def entries() -> None:
    op.create_table(
        "inquiry_entry",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("inquiry", "mission", "kind", "actor")),
        sa.Column("round", sa.SmallInteger, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("outcome", "reason", "next_step", "canned", "text")),
        sa.PrimaryKeyConstraint("id", name="pk_inquiry_entry"),
        sa.ForeignKeyConstraint(["inquiry"], ["inquiry.reference"], name="fk_inquiry_entry_inquiry"),
        sa.CheckConstraint("left(inquiry, 3) = mission", name="ck_inquiry_entry_mission"),
        sa.CheckConstraint(
            "kind IN ('answered', 'reopened', 'appealed', 'appeal_decided')", name="ck_inquiry_entry_kind"
        ),
    )
    op.create_index("ix_inquiry_entry_inquiry", "inquiry_entry", ["inquiry", "id"])
    scope_by_mission("inquiry_entry")
    append_only("inquiry_entry")
    grant("inquiry_entry", "SELECT, INSERT")


def files() -> None:
    op.create_table(
        "inquiry_file",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("inquiry", "mission", "filename", "type", "sha256")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("number", "size")),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("inquiry", "number", name="pk_inquiry_file"),
        sa.ForeignKeyConstraint(["inquiry"], ["inquiry.reference"], name="fk_inquiry_file_inquiry"),
        sa.CheckConstraint("left(inquiry, 3) = mission", name="ck_inquiry_file_mission"),
        sa.CheckConstraint("number BETWEEN 1 AND 5", name="ck_inquiry_file_number"),
    )
    scope_by_mission("inquiry_file")
    grant("inquiry_file", "SELECT, INSERT, DELETE")
