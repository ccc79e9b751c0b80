"""Tills and deposits of cash, and the close of a mission's day in the books."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import append_only, grant, scope_by_mission

revision = "0026"
down_revision = "0025"

INSTANT = sa.DateTime(timezone=True)
KINDS = (
    "'payment', 'suspense', 'refund_due', 'reversal', 'refund_paid', 'bank_matched', "
    "'till_float', 'till_variance', 'till_closed', 'deposit'"
)


def upgrade() -> None:
    tills()
    deposits()
    entry_kinds()
    closes()


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def tills() -> None:
    op.create_table(
        "till",
        *(text(name) for name in ("reference", "mission", "officer", "currency", "state")),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("float_amount", sa.BigInteger, nullable=False),
        sa.Column("float_pieces", JSONB, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("counted_amount", sa.BigInteger),
        sa.Column("counted_pieces", JSONB),
        sa.Column("expected_amount", sa.BigInteger),
        sa.Column("variance", sa.BigInteger),
        sa.PrimaryKeyConstraint("reference", name="pk_till"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_till_mission"),
        sa.CheckConstraint("state IN ('open', 'closed')", name="ck_till_state"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="ck_till_closed"),
        sa.CheckConstraint("(closed_at IS NULL) = (counted_amount IS NULL)", name="ck_till_counted"),
        sa.CheckConstraint("variance = counted_amount - expected_amount", name="ck_till_variance"),
        sa.CheckConstraint("float_amount >= 0 AND counted_amount >= 0", name="ck_till_amounts"),
    )
    still_open = sa.text("state = 'open'")
    officer = ["mission", "officer", "currency"]
    op.create_index("uq_till_open", "till", officer, unique=True, postgresql_where=still_open)
    op.create_index("ix_till_opened", "till", ["mission", "opened_at"])
    scope_by_mission("till")
    grant("till")
    op.add_column("attempt", text("till", nullable=True))
    op.create_foreign_key("fk_attempt_till", "attempt", "till", ["till"], ["reference"])
    op.create_index("ix_attempt_till", "attempt", ["till"])


def deposits() -> None:
    op.create_table(
        "deposit",
        *(text(name) for name in ("reference", "mission", "currency", "slip", "made_by")),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("pieces", JSONB, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_deposit"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_deposit_mission"),
        sa.CheckConstraint("amount > 0", name="ck_deposit_amount"),
    )
    op.create_index("ix_deposit_made", "deposit", ["mission", "made_at"])
    scope_by_mission("deposit")
    append_only("deposit")
    grant("deposit", "SELECT, INSERT")


def entry_kinds() -> None:
    op.drop_constraint("ck_entry_kind", "entry", type_="check")
    op.create_check_constraint("ck_entry_kind", "entry", f"kind IN ({KINDS})")


def closes() -> None:
    """The figures of a closed day never change: nothing is booked before its end any more."""
    op.create_table(
        "close",
        text("mission"),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=False),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("mission", "day", name="pk_close"),
        sa.CheckConstraint("closed_at > until", name="ck_close_until"),
    )
    op.create_table(
        "closing_balance",
        text("mission"),
        sa.Column("day", sa.Date, nullable=False),
        text("account"),
        text("currency"),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("mission", "day", "account", "currency", name="pk_closing_balance"),
        sa.ForeignKeyConstraint(["mission", "day"], ["close.mission", "close.day"], name="fk_closing_balance_close"),
    )
    for table in ("close", "closing_balance"):
        scope_by_mission(table)
        append_only(table)
        grant(table, "SELECT, INSERT")
    op.execute(
        """
        CREATE FUNCTION entry_is_not_of_a_closed_day() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM close WHERE mission = NEW.mission AND until > NEW.booked_at) THEN
                RAISE EXCEPTION 'the day of entry % is closed', NEW.id USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER day_is_open BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION entry_is_not_of_a_closed_day()"
    )
