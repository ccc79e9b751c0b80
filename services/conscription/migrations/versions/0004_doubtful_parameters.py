"""Marks the parameters whose legal text was not found, so that administrators have a lawyer look at them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("law_parameter", sa.Column("needs_lawyer", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute("UPDATE law_parameter SET needs_lawyer = true WHERE name = 'deferral_minimum_stay_days'")
