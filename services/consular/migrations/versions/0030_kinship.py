"""What the person of an application is to whoever acts on it, as the register has it."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("acting_person", sa.Column("kinship", sa.Text))
