"""Links by which another person pays, and who paid by one."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant, scope_by_mission

revision = "0027"
down_revision = "0026"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "payer_link",
        *(text(name) for name in ("reference", "mission", "application", "digest", "made_by")),
        sa.Column("shows_service", sa.Boolean, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("reference", name="pk_payer_link"),
        sa.UniqueConstraint("digest", name="uq_payer_link_digest"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_payer_link_mission"),
    )
    live = sa.text("revoked_at IS NULL")
    op.create_index("uq_payer_link_live", "payer_link", ["application"], unique=True, postgresql_where=live)
    scope_by_mission("payer_link")
    grant("payer_link")
    op.add_column("attempt", text("payer_link", nullable=True))
    op.add_column("attempt", text("payer_name", nullable=True))
    op.create_foreign_key("fk_attempt_payer_link", "attempt", "payer_link", ["payer_link"], ["reference"])
    op.create_index("ix_attempt_payer_link", "attempt", ["payer_link"])


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)
