"""Refunds that are paid, and the files that carry them to the bank."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import append_only, grant, scope_by_mission

revision = "0022"
down_revision = "0021"

INSTANT = sa.DateTime(timezone=True)
KINDS = "'payment', 'suspense', 'refund_due', 'reversal'"
MORE_KINDS = f"{KINDS}, 'refund_paid'"


def upgrade() -> None:
    refund_files()
    refunds()
    entry_kinds()


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def refund_files() -> None:
    op.create_table(
        "refund_file",
        *(text(name) for name in ("reference", "mission", "currency", "iban", "account_holder", "content")),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        text("made_by"),
        sa.PrimaryKeyConstraint("reference", name="pk_refund_file"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_refund_file_mission"),
        sa.CheckConstraint("count > 0 AND amount > 0", name="ck_refund_file_amount"),
    )
    op.create_index("ix_refund_file_made", "refund_file", ["mission", "made_at"])
    scope_by_mission("refund_file")
    append_only("refund_file")
    grant("refund_file", "SELECT, INSERT")


def refunds() -> None:
    """A refund is prepared, signed and paid. Of one attempt a part may be owed back before the rest is."""
    for name in ("part", "method", "override", "iban", "account_holder", "proposed_by", "approved_by", "paid_by"):
        op.add_column("refund", text(name, nullable=True))
    for name in ("failure", "provider_reference", "slip", "file"):
        op.add_column("refund", text(name, nullable=True))
    for name in ("proposed_at", "approved_at", "sent_at", "paid_at", "changed_at"):
        op.add_column("refund", sa.Column(name, INSTANT, nullable=True))
    op.add_column("refund", sa.Column("second_needed", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute("ALTER TABLE refund NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE refund SET part = 'whole', changed_at = marked_at")
    op.execute("ALTER TABLE refund FORCE ROW LEVEL SECURITY")
    op.alter_column("refund", "part", nullable=False)
    op.alter_column("refund", "changed_at", nullable=False)
    op.alter_column("refund", "second_needed", server_default=None)
    op.drop_constraint("uq_refund_attempt", "refund", type_="unique")
    op.create_unique_constraint("uq_refund_attempt", "refund", ["attempt", "part"])
    op.create_unique_constraint("uq_refund_key", "refund", ["key"])
    op.create_foreign_key("fk_refund_file", "refund", "refund_file", ["file"], ["reference"])
    op.drop_constraint("ck_refund_state", "refund", type_="check")
    checks = {
        "state": "state IN ('due', 'approved', 'sent', 'unknown', 'paid', 'failed')",
        "part": "part IN ('whole', 'urgency')",
        "method": "method IN ('card', 'cash', 'transfer')",
        "approved": "state IN ('due', 'failed') OR (method IS NOT NULL AND approved_by IS NOT NULL)",
        "four_eyes": "NOT second_needed OR approved_by IS NULL OR approved_by <> proposed_by",
        "account": "(method = 'transfer') = (iban IS NOT NULL) AND (iban IS NULL) = (account_holder IS NULL)",
        "paid": "(state = 'paid') = (paid_at IS NOT NULL)",
    }
    for name, check in checks.items():
        op.create_check_constraint(f"ck_refund_{name}", "refund", check)
    op.create_index("ix_refund_unpaid", "refund", ["mission", "marked_at"], postgresql_where=sa.text("state <> 'paid'"))
    op.create_index("ix_refund_file", "refund", ["file"])


def entry_kinds() -> None:
    op.drop_constraint("ck_entry_kind", "entry", type_="check")
    op.create_check_constraint("ck_entry_kind", "entry", f"kind IN ({MORE_KINDS})")
