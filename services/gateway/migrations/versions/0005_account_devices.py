"""Browsers from which an account was opened before. Nobody else's wrong tries lock it there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """The token itself stands in the browser alone: its hash is the key, of each account that was opened there."""
    op.create_table(
        "account_device",
        sa.Column("token_key", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_index("ix_account_device_account_id", "account_device", ["account_id"])
    op.create_index("ix_account_device_seen_at", "account_device", ["seen_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE account_device TO gateway")
