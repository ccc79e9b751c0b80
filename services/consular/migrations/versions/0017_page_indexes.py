"""Indexes for what pages ask of growing tables."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    applications()
    money()
    lists()


def applications() -> None:
    """The queue is listed by day within each status; what needs attention is a small part of all."""
    op.drop_index("ix_application_queue", "application")
    op.create_index(
        "ix_application_queue",
        "application",
        ["mission", "status", "due_on", "submitted_at", "reference"],
        postgresql_where=sa.text("submitted_at IS NOT NULL"),
    )
    exceptional = sa.text("exception IS NOT NULL OR awaits IS NOT NULL")
    op.create_index("ix_application_exceptional", "application", ["mission"], postgresql_where=exceptional)
    op.create_index("ix_duplicate_open", "duplicate", ["mission"], postgresql_where=sa.text("state = 'open'"))


def money() -> None:
    """Until now the indexes had what is live; a view shows what has ended as well."""
    op.create_index("ix_fee_order_application", "fee_order", ["application"])
    op.create_index("ix_attempt_order", "attempt", ["order"])
    op.create_index("ix_passport_application", "passport", ["application"])


def lists() -> None:
    op.create_index("ix_notice_unread", "notice", ["person"], postgresql_where=sa.text("read_at IS NULL"))
    listed = ["mission", sa.text("answered_at DESC NULLS FIRST"), "reply_by", "number"]
    op.create_index("ix_letter_list", "letter", listed)
