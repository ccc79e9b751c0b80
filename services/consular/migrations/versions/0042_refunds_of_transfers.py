"""Refunds of transfers that were for no order: they name the movement and the account it came from.

A movement is matched with the refund that it paid or brought back; matches of earlier versions name the payment alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    for name in ("order", "attempt"):
        op.alter_column("refund", name, nullable=True)
    for name in ("line", "payer_name", "payer_iban"):
        op.add_column("refund", sa.Column(name, sa.Text))
    op.create_foreign_key("fk_refund_line", "refund", "bank_line", ["line"], ["reference"])
    op.create_unique_constraint("uq_refund_line", "refund", ["line"])
    origin = "CASE WHEN line IS NULL THEN {} IS NOT NULL ELSE {} IS NULL END"
    checks = {
        "order": origin.format('"order"', '"order"'),
        "attempt": origin.format("attempt", "attempt"),
        "payer": "num_nulls(line, payer_name, payer_iban) IN (0, 3)",
        # Nobody knows who would stand at the counter.
        "way_back": "line IS NULL OR method = 'transfer'",
    }
    for name, check in checks.items():
        op.create_check_constraint(f"ck_refund_{name}", "refund", check)
    op.add_column("bank_match", sa.Column("refund", sa.Text))
    op.create_foreign_key("fk_bank_match_refund", "bank_match", "refund", ["refund"], ["reference"])
    op.create_index("ix_bank_match_refund", "bank_match", ["refund"])
