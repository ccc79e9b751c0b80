"""A promise of working days is that of one speed, where a transaction is sold at several."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.add_column("promise_rule", sa.Column("tier", sa.Text))
