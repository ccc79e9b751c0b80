"""Forgotten passwords are asked about by a row, which is the same whether there is such an account."""

from alembic import op
from sqlalchemy import Column, DateTime, Text

from shared.database.migration import grant

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "recovery_request",
        Column("id", Text, primary_key=True),
        Column("email", Text, nullable=False),
        Column("number_key", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, index=True),
    )
    grant("recovery_request", "SELECT, INSERT, UPDATE, DELETE")
