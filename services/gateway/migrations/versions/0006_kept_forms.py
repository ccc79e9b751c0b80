"""What people typed into forms that were not accepted, for half an hour."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nothing in it can be read without the gateway's secret: the keys are hashes, the content is encrypted."""
    op.create_table(
        "kept_form",
        sa.Column("owner_key", sa.Text, primary_key=True),
        sa.Column("action_key", sa.Text, primary_key=True),
        sa.Column("page_key", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_kept_form_ends_at", "kept_form", ["ends_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE kept_form TO gateway")
