"""Letters to ministries and their replies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import grant, scope_by_mission

revision = "0006"
down_revision = "0005"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    letters()
    reminders()
    replies()
    for table in ("letter", "letter_number", "reminder", "reply"):
        scope_by_mission(table)
    # What a letter says is never reworded; it is only answered.
    grant("letter", "SELECT, INSERT, UPDATE (answered_at, finding)")
    grant("letter_number")
    grant("reminder", "SELECT, INSERT, UPDATE (done_at, document)")
    grant("reply", "SELECT, INSERT, UPDATE (state)")


def letters() -> None:
    op.create_table(
        "letter",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("authority", sa.Text, nullable=False),
        sa.Column("ask", sa.Text, nullable=False),
        sa.Column("application", sa.Text, sa.ForeignKey("application.reference"), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("sent_on", sa.Date, nullable=False),
        sa.Column("reply_by", sa.Date, nullable=False),
        sa.Column("answered_at", INSTANT),
        sa.Column("finding", sa.Text),
        sa.PrimaryKeyConstraint("code", name="pk_letter"),
        sa.UniqueConstraint("mission", "number", name="uq_letter_mission_number"),
        sa.UniqueConstraint("application", "place", name="uq_letter_application_place"),
        sa.UniqueConstraint("application", "round", "authority", "ask", name="uq_letter_application_round"),
        sa.CheckConstraint("left(code, 3) = mission", name="ck_letter_mission"),
        sa.CheckConstraint("(answered_at IS NULL) = (finding IS NULL)", name="ck_letter_answered"),
    )
    unanswered = sa.text("answered_at IS NULL")
    op.create_index("ix_letter_open", "letter", ["mission", "reply_by"], postgresql_where=unanswered)
    op.create_table(
        "letter_number",
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("authority", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("mission", "authority", "year", name="pk_letter_number"),
    )


def reminders() -> None:
    op.create_table(
        "reminder",
        sa.Column("letter", sa.Text, sa.ForeignKey("letter.code"), nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("done_at", INSTANT),
        sa.Column("document", sa.Text),
        sa.PrimaryKeyConstraint("letter", "step", name="pk_reminder"),
        sa.CheckConstraint("step IN ('first', 'second', 'escalation')", name="ck_reminder_step"),
    )
    undone = sa.text("done_at IS NULL")
    op.create_index("ix_reminder_due", "reminder", ["mission", "due_on"], postgresql_where=undone)


def replies() -> None:
    op.create_table(
        "reply",
        sa.Column("letter", sa.Text, sa.ForeignKey("letter.code"), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("finding", sa.Text, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("received_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("letter", "source", name="pk_reply"),
        sa.CheckConstraint("source IN ('desk', 'partner')", name="ck_reply_source"),
        sa.CheckConstraint("state IN ('deposited', 'applied', 'late')", name="ck_reply_state"),
    )
    # However close the race, one answer counts.
    applied = sa.text("state = 'applied'")
    op.create_index("uq_reply_applied", "reply", ["letter"], unique=True, postgresql_where=applied)
