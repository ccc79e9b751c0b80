"""Solved challenges that were used, until they could not be used anyway."""

from alembic import op
from sqlalchemy import Column, DateTime, Text

from shared.database.migration import grant

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "used_challenge",
        Column("key", Text, primary_key=True),
        Column("form_key", Text, nullable=False),
        Column("ends_at", DateTime(timezone=True), nullable=False, index=True),
    )
    grant("used_challenge", "SELECT, INSERT, DELETE")
