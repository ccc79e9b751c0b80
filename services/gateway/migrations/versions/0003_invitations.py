"""One-time links by which staff accounts are opened."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The token itself is nowhere: its hash is the key."""
    op.create_table(
        "invitation",
        sa.Column("token_key", sa.Text, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("home_mission", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("email = lower(email)", name="email_folded"),
    )
    op.create_index("ix_invitation_email", "invitation", ["email"])
    op.execute("GRANT SELECT, INSERT, UPDATE ON TABLE invitation TO gateway")
