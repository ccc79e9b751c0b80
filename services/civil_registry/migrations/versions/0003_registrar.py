"""The registrar's work on what the register contradicts: each request that waits is settled once, for good."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import append_only, grant, scope_by_mission

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "settlement",
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("request", BigInteger, ForeignKey("request.id"), nullable=False),
        Column("mission", Text, nullable=False),
        Column("application", Text, nullable=False),
        Column("transaction", Text, nullable=False),
        Column("person", Uuid, nullable=False),
        Column("findings", JSONB, nullable=False),
        Column("sides", JSONB, nullable=False),
        Column("outcome", Text, nullable=False),
        Column("court", Text),
        Column("judgment_number", Text),
        Column("judged_on", Date),
        Column("reason", Text),
        Column("key", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("settled_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        UniqueConstraint("request", name="uq_settlement_request"),
        CheckConstraint("outcome IN ('corrected', 'no_contradiction')", name="ck_settlement_outcome"),
        CheckConstraint(
            "(outcome = 'corrected') = (court IS NOT NULL AND judgment_number IS NOT NULL AND judged_on IS NOT NULL)",
            name="ck_settlement_judgment",
        ),
        CheckConstraint("(outcome = 'no_contradiction') = (reason IS NOT NULL)", name="ck_settlement_reason"),
        Index("ix_settlement_person", "person"),
    )
    grant("settlement", "SELECT, INSERT")
    append_only("settlement")
    scope_by_mission("settlement")
