"""Signs of life of workers. The gateway has none yet; its schema has what every service's has."""

from alembic import op
from sqlalchemy import Column, DateTime, Text, func

from shared.database.migration import grant

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        Column("worker", Text, primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    grant("heartbeat", "SELECT, INSERT, UPDATE, DELETE")
