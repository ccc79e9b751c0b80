"""Parts of files that are still on their way, encrypted, for a day."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, LargeBinary, Text

from shared.database.migration import grant

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "upload_part",
        Column("owner_key", Text, primary_key=True),
        Column("file_key", Text, primary_key=True),
        Column("start", Integer, primary_key=True, autoincrement=False),
        Column("size", Integer, nullable=False),
        Column("content", LargeBinary, nullable=False),
        Column("ends_at", DateTime(timezone=True), nullable=False, index=True),
    )
    grant("upload_part", "SELECT, INSERT, UPDATE, DELETE")
