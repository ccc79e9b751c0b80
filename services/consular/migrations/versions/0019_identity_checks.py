"""Checks of a person by a passport page and a photo of the face. The rows stay, the files go at the decision."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant, scope_by_mission

revision = "0019"
down_revision = "0018"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "identity_check",
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.Text),
        sa.PrimaryKeyConstraint("reference", name="pk_identity_check"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_identity_check_mission"),
        sa.CheckConstraint(
            "state IN ('collecting', 'waiting', 'accepted', 'refused', 'expired')", name="ck_identity_check_state"
        ),
        sa.CheckConstraint(
            "(state IN ('collecting', 'waiting')) = (decided_at IS NULL)", name="ck_identity_check_decided"
        ),
    )
    still_open = sa.text("state IN ('collecting', 'waiting')")
    op.create_index("uq_identity_check_open", "identity_check", ["account"], unique=True, postgresql_where=still_open)
    op.create_index("ix_identity_check_waiting", "identity_check", ["mission", "requested_at"])
    scope_by_mission("identity_check")
    grant("identity_check")
