"""Signs of life of the service's workers, which readiness asks for."""

from alembic import op
from sqlalchemy import Column, DateTime, Text, func

from shared.database.migration import grant

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        Column("worker", Text, primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    grant("heartbeat", "SELECT, INSERT, UPDATE, DELETE")
