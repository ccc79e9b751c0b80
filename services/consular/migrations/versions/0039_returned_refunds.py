"""Refunds whose money came back after it was paid: they are owed again."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

ENTRY_KINDS = (
    "'payment', 'suspense', 'refund_due', 'reversal', 'refund_paid', 'refund_returned', 'bank_matched', "
    "'till_float', 'till_variance', 'till_closed', 'deposit', 'safe_advance', "
    "'dispute_opened', 'dispute_won', 'dispute_lost'"
)
MATCH_KINDS = "'payment', 'refund_due', 'refund_paid', 'refund_returned', 'deposit', 'card_payout', 'bank_charge'"


def upgrade() -> None:
    op.add_column("refund", sa.Column("returns", sa.Integer, nullable=False, server_default="0"))
    op.create_check_constraint("ck_refund_returns", "refund", "returns >= 0")
    for table, kinds in (("entry", ENTRY_KINDS), ("bank_match", MATCH_KINDS)):
        op.drop_constraint(f"ck_{table}_kind", table, type_="check")
        op.create_check_constraint(f"ck_{table}_kind", table, f"kind IN ({kinds})")
