"""What documents of the directorate print in both languages: the mother's Latin name and the place of birth."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for name in ("latin_mother", "birthplace", "latin_birthplace"):
        op.add_column("service_record", Column(name, Text, nullable=False, server_default=""))
