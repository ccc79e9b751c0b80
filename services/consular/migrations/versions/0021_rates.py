"""Exchange rates with a maximum age, of one mission or of all; quotes with what coins can pay; waived fees."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    rates()
    quotes()
    orders()
    # Old and new pounds have different keys; the bare code does not say which.
    op.create_check_constraint("ck_tariff_currency", "tariff", "currency <> 'SYP'")
    op.create_check_constraint("ck_quote_currency", "quote", "currency <> 'SYP'")


def orders() -> None:
    """A fee may be waived: its order ends without money, and stays the one order of its application."""
    op.drop_constraint("ck_fee_order_state", "fee_order", type_="check")
    op.create_check_constraint(
        "ck_fee_order_state", "fee_order", "state IN ('open', 'paid', 'refund_due', 'cancelled', 'waived')"
    )


def rates() -> None:
    op.add_column("rate", sa.Column("scope", sa.Text, sa.ForeignKey("mission.code", name="fk_rate_scope")))
    op.add_column("rate", sa.Column("max_age_days", sa.SmallInteger))
    op.add_column(
        "rate", sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
    )
    op.execute("ALTER TABLE rate DISABLE TRIGGER append_only")
    op.execute("UPDATE rate SET max_age_days = CASE source WHEN 'ecb' THEN 7 ELSE 30 END WHERE source <> 'peg'")
    op.execute("ALTER TABLE rate ENABLE TRIGGER append_only")
    op.drop_constraint("ck_rate_source", "rate", type_="check")
    op.create_check_constraint(
        "ck_rate_source", "rate", "source IN ('peg', 'ecb', 'central_bank', 'mission_table', 'specimen')"
    )
    op.create_check_constraint("ck_rate_max_age", "rate", "(source = 'peg') = (max_age_days IS NULL)")
    op.create_check_constraint("ck_rate_max_age_days", "rate", "max_age_days BETWEEN 1 AND 366")
    op.create_check_constraint("ck_rate_pair", "rate", "base <> quote AND base <> 'SYP' AND quote <> 'SYP'")


def quotes() -> None:
    op.add_column("quote", sa.Column("cash_amount", sa.BigInteger))
    op.create_check_constraint("ck_quote_cash_amount", "quote", "cash_amount > 0")
