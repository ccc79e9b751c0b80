"""What an officer marked to be put right, each with its reason, and what stood there before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import grant, scope_by_mission

revision = "0029"
down_revision = "0028"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("number", sa.SmallInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "name", "mission", "reason")),
        sa.Column("note", sa.Text),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("marked_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT),
        sa.PrimaryKeyConstraint("application", "number", "kind", "name", name="pk_correction"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_correction_application"),
        sa.CheckConstraint("kind IN ('paper', 'answer')", name="ck_correction_kind"),
        sa.CheckConstraint("left(application, 3) = mission", name="ck_correction_mission"),
    )
    scope_by_mission("correction")
    grant("correction")
