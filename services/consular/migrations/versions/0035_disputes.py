"""Disputed payments; orders and refunds whose money the payer's bank took back."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant, scope_by_mission

revision = "0035"
down_revision = "0034"

INSTANT = sa.DateTime(timezone=True)
ENTRY_KINDS = (
    "'payment', 'suspense', 'refund_due', 'reversal', 'refund_paid', 'bank_matched', "
    "'till_float', 'till_variance', 'till_closed', 'deposit', 'safe_advance', "
    "'dispute_opened', 'dispute_won', 'dispute_lost'"
)
DISCREPANCIES = (
    "'suspense', 'card_unsettled', 'card_amount', 'card_absent', 'card_missing', 'bank_missing', 'bank_balance', "
    "'disputed'"
)


def upgrade() -> None:
    disputes()
    states()


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def disputes() -> None:
    op.create_table(
        "dispute",
        *(text(name) for name in ("reference", "mission", "application", "attempt", "provider_reference", "state")),
        sa.Column("amount", sa.BigInteger, nullable=False),
        *(text("currency"), text("reason", nullable=True)),
        sa.Column("answer_by", sa.Date),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("reference", name="pk_dispute"),
        sa.ForeignKeyConstraint(["attempt"], ["attempt.reference"], name="fk_dispute_attempt"),
        sa.UniqueConstraint("provider_reference", name="uq_dispute_provider_reference"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_dispute_mission"),
        sa.CheckConstraint("state IN ('open', 'won', 'lost')", name="ck_dispute_state"),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ck_dispute_ended"),
        sa.CheckConstraint("amount > 0", name="ck_dispute_amount"),
    )
    op.create_index("ix_dispute_attempt", "dispute", ["attempt"])
    op.create_index("ix_dispute_application", "dispute", ["application"])
    is_open = sa.text("state = 'open'")
    op.create_index("ix_dispute_open", "dispute", ["mission", "opened_at"], postgresql_where=is_open)
    scope_by_mission("dispute")
    grant("dispute")


def states() -> None:
    checks = {
        "fee_order": {"state": "state IN ('open', 'paid', 'refund_due', 'cancelled', 'waived', 'charged_back')"},
        "entry": {"kind": f"kind IN ({ENTRY_KINDS})"},
        "discrepancy": {"kind": f"kind IN ({DISCREPANCIES})"},
        "refund": {
            "state": "state IN ('due', 'approved', 'sent', 'unknown', 'paid', 'failed', 'charged_back')",
            "approved": "state IN ('due', 'failed', 'charged_back') "
            "OR (method IS NOT NULL AND approved_by IS NOT NULL)",
        },
    }
    for table, wanted in checks.items():
        for name, check in wanted.items():
            op.drop_constraint(f"ck_{table}_{name}", table, type_="check")
            op.create_check_constraint(f"ck_{table}_{name}", table, check)
    op.drop_index("ix_refund_unpaid", "refund")
    unpaid = sa.text("state NOT IN ('paid', 'charged_back')")
    op.create_index("ix_refund_unpaid", "refund", ["mission", "marked_at"], postgresql_where=unpaid)
