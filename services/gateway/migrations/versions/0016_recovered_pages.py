"""The page that was wanted goes along through a forgotten password."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for table in ("recovery_request", "recovery_link"):
        op.add_column(table, sa.Column("wanted", sa.Text, nullable=False, server_default=""))
