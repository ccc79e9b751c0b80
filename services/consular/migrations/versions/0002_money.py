"""Missions, tariffs, quotes, orders, attempts, the ledger, receipts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import append_only, grant, scope_by_mission

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)
UNSETTLED = "state IN ('created', 'pending', 'unknown')"
# All that belongs to a mission; missions, tariffs, rates and standings are public, the provider's events name none.
SCOPED = ("quote", "quote_line", "fee_order", "attempt", "refund", "account", "entry", "line", "receipt")
NEVER_CHANGED = ("quote", "quote_line", "account", "entry", "line", "receipt", "provider_event")
CHANGED = ("fee_order", "attempt", "refund")


def upgrade() -> None:
    public_rows()
    quotes()
    orders()
    refunds()
    accounts()
    balance_rule()
    documents()
    receipts()
    events()
    for table in SCOPED:
        scope_by_mission(table)
    for table in NEVER_CHANGED:
        append_only(table)
        grant(table, "SELECT, INSERT")
    for table in CHANGED:
        grant(table)


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def money(prefix: str = "", nullable: bool = False) -> tuple[sa.Column[int], sa.Column[str]]:
    return (
        sa.Column(f"{prefix}amount", sa.BigInteger, nullable=nullable),
        sa.Column(f"{prefix}currency", sa.Text, nullable=nullable),
    )


def public_rows() -> None:
    op.create_table(
        "mission",
        *(text(name) for name in ("code", "name_ar", "name_en", "country", "zone")),
        sa.Column("weekend", sa.ARRAY(sa.SmallInteger), nullable=False),
        sa.Column("half_days", sa.ARRAY(sa.SmallInteger), nullable=False),
        text("currency"),
        sa.Column("cash_step", sa.BigInteger, nullable=False),
        text("status"),
        sa.PrimaryKeyConstraint("code", name="pk_mission"),
        sa.CheckConstraint("code ~ '^[A-Z]{3}$'", name="ck_mission_code"),
        sa.CheckConstraint("status IN ('evidenced', 'long_standing', 'planned')", name="ck_mission_status"),
        sa.CheckConstraint("cash_step > 0", name="ck_mission_cash_step"),
    )
    op.create_table(
        "tariff",
        *(text(name) for name in ("id", "transaction", "line", "beneficiary")),
        sa.Column("scope", sa.Text, sa.ForeignKey("mission.code", name="fk_tariff_scope")),
        *money(),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        *(text(name) for name in ("source", "certainty", "approver")),
        sa.PrimaryKeyConstraint("id", name="pk_tariff"),
        sa.CheckConstraint("amount >= 0", name="ck_tariff_amount"),
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name="ck_tariff_certainty"),
        sa.CheckConstraint("valid_to > valid_from", name="ck_tariff_dates"),
    )
    op.create_table(
        "rate",
        *(text(name) for name in ("id", "base", "quote")),
        sa.Column("rate", sa.Numeric(24, 12), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        *(text(name) for name in ("source", "published", "certainty", "approver")),
        sa.PrimaryKeyConstraint("id", name="pk_rate"),
        sa.CheckConstraint("rate > 0", name="ck_rate_rate"),
        sa.CheckConstraint("source IN ('peg', 'ecb', 'central_bank', 'mission_table')", name="ck_rate_source"),
    )
    op.create_index("ix_rate_pair", "rate", ["base", "quote", "valid_from"])
    op.create_table(
        "standing",
        *(text(name) for name in ("id", "transaction", "status")),
        sa.Column("scope", sa.Text, sa.ForeignKey("mission.code", name="fk_standing_scope")),
        sa.Column("valid_from", sa.Date, nullable=False),
        *(text(name) for name in ("source", "certainty", "approver")),
        sa.PrimaryKeyConstraint("id", name="pk_standing"),
        sa.CheckConstraint("status IN ('active', 'suspended', 'historical')", name="ck_standing_status"),
    )
    grant("mission")
    for table in ("tariff", "rate", "standing"):
        append_only(table)
        grant(table, "SELECT, INSERT")


def quotes() -> None:
    op.create_table(
        "quote",
        sa.Column("id", sa.Uuid, nullable=False),
        *(text(name) for name in ("mission", "application", "transaction")),
        *money(),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quote"),
        sa.CheckConstraint("amount > 0", name="ck_quote_amount"),
    )
    op.create_table(
        "quote_line",
        sa.Column("quote", sa.Uuid, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        *(text(name) for name in ("mission", "line", "beneficiary")),
        *money("tariff_"),
        *money(),
        *(text(name) for name in ("source", "certainty")),
        sa.Column("rate", sa.Numeric(24, 12)),
        text("rate_source", nullable=True),
        sa.Column("rate_on", sa.Date),
        sa.PrimaryKeyConstraint("quote", "place", name="pk_quote_line"),
        sa.ForeignKeyConstraint(["quote"], ["quote.id"], name="fk_quote_line_quote"),
        sa.CheckConstraint("(rate IS NULL) = (tariff_currency = currency)", name="ck_quote_line_rate"),
        sa.CheckConstraint("(rate IS NULL) = (rate_on IS NULL)", name="ck_quote_line_rate_on"),
    )


def orders() -> None:
    op.create_table(
        "fee_order",
        *(text(name) for name in ("reference", "mission", "application", "transaction", "person")),
        sa.Column("holder", JSONB, nullable=False),
        sa.Column("quote_id", sa.Uuid, nullable=False),
        *money(),
        text("state"),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_fee_order"),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name="fk_fee_order_quote"),
        sa.CheckConstraint("state IN ('open', 'paid', 'refund_due', 'cancelled')", name="ck_fee_order_state"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_fee_order_mission"),
    )
    live = sa.text("state IN ('open', 'paid')")
    op.create_index("uq_fee_order_live", "fee_order", ["application"], unique=True, postgresql_where=live)
    op.create_table(
        "attempt",
        *(text(name) for name in ("reference", "mission", "order", "method", "key")),
        *money(),
        text("state"),
        *(text(name, nullable=True) for name in ("provider_reference", "redirect_url", "failure", "held")),
        *money("received_", nullable=True),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        text("opened_by"),
        sa.PrimaryKeyConstraint("reference", name="pk_attempt"),
        sa.ForeignKeyConstraint(["order"], ["fee_order.reference"], name="fk_attempt_order"),
        sa.UniqueConstraint("mission", "key", name="uq_attempt_key"),
        sa.UniqueConstraint("provider_reference", name="uq_attempt_provider_reference"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_attempt_mission"),
        sa.CheckConstraint(f"{UNSETTLED} OR state IN ('succeeded', 'failed')", name="ck_attempt_state"),
        sa.CheckConstraint("held IS NULL OR state = 'succeeded'", name="ck_attempt_held"),
    )
    # The last word in every race: one attempt under way, and one that counts, to an order.
    op.create_index("uq_attempt_unsettled", "attempt", ["order"], unique=True, postgresql_where=sa.text(UNSETTLED))
    counts = sa.text("state = 'succeeded' AND held IS NULL")
    op.create_index("uq_attempt_counts", "attempt", ["order"], unique=True, postgresql_where=counts)
    op.create_index("ix_attempt_waiting", "attempt", ["mission", "changed_at"], postgresql_where=sa.text(UNSETTLED))


def refunds() -> None:
    op.create_table(
        "refund",
        *(text(name) for name in ("reference", "mission", "order", "attempt")),
        sa.Column("key", sa.Uuid, nullable=False),
        *money(),
        *(text(name) for name in ("state", "reason")),
        sa.Column("marked_at", INSTANT, nullable=False),
        text("marked_by"),
        sa.PrimaryKeyConstraint("reference", name="pk_refund"),
        sa.ForeignKeyConstraint(["order"], ["fee_order.reference"], name="fk_refund_order"),
        sa.ForeignKeyConstraint(["attempt"], ["attempt.reference"], name="fk_refund_attempt"),
        sa.UniqueConstraint("attempt", name="uq_refund_attempt"),
        sa.CheckConstraint("state IN ('due', 'paid')", name="ck_refund_state"),
        sa.CheckConstraint("amount > 0", name="ck_refund_amount"),
    )


def accounts() -> None:
    op.create_table(
        "account",
        *(text(name) for name in ("mission", "code")),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("mission", "code", name="pk_account"),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.Uuid, nullable=False),
        *(text(name) for name in ("mission", "kind", "source", "about", "actor")),
        sa.Column("booked_at", INSTANT, nullable=False),
        sa.Column("reverses", sa.Uuid),
        # The database's own word for who wrote it: lines may join only in the transaction that made the entry.
        sa.Column("written_in", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("id", "mission", name="uq_entry_mission"),
        sa.UniqueConstraint("mission", "kind", "source", name="uq_entry_source"),
        sa.UniqueConstraint("reverses", name="uq_entry_reverses"),
        sa.ForeignKeyConstraint(["reverses", "mission"], ["entry.id", "entry.mission"], name="fk_entry_reverses"),
        sa.CheckConstraint("kind IN ('payment', 'suspense', 'refund_due', 'reversal')", name="ck_entry_kind"),
        sa.CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="ck_entry_reversal"),
    )
    op.create_table(
        "line",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("entry", sa.Uuid, nullable=False),
        *(text(name) for name in ("mission", "account")),
        *money(),
        sa.PrimaryKeyConstraint("id", name="pk_line"),
        sa.ForeignKeyConstraint(["entry", "mission"], ["entry.id", "entry.mission"], name="fk_line_entry"),
        sa.ForeignKeyConstraint(["mission", "account"], ["account.mission", "account.code"], name="fk_line_account"),
        sa.CheckConstraint("amount <> 0", name="ck_line_amount"),
        sa.CheckConstraint("currency <> 'SYP'", name="ck_line_currency"),
    )
    op.create_index("ix_line_entry", "line", ["entry"])
    op.create_index("ix_line_account", "line", ["mission", "account", "currency"])


def balance_rule() -> None:
    """At commit every entry has two lines or more and sums to zero in each currency; afterwards it takes no more."""
    op.execute(
        """
        CREATE FUNCTION entry_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.written_in := pg_current_xact_id()::text;
            RETURN NEW;
        END $$
        """
    )
    op.execute("CREATE TRIGGER sealed BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION entry_is_sealed()")
    op.execute(
        """
        CREATE FUNCTION line_joins_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM 1 FROM entry WHERE id = NEW.entry AND written_in = pg_current_xact_id()::text;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'entry % is closed', NEW.entry USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute("CREATE TRIGGER in_time BEFORE INSERT ON line FOR EACH ROW EXECUTE FUNCTION line_joins_in_time()")
    op.execute(
        """
        CREATE FUNCTION entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            checked uuid := (to_jsonb(NEW) ->> TG_ARGV[0])::uuid;
        BEGIN
            IF (SELECT count(*) FROM line WHERE entry = checked) < 2 THEN
                RAISE EXCEPTION 'entry % has fewer than two lines', checked USING ERRCODE = 'check_violation';
            END IF;
            IF EXISTS (SELECT 1 FROM line WHERE entry = checked GROUP BY currency HAVING sum(amount) <> 0) THEN
                RAISE EXCEPTION 'entry % does not balance', checked USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    # On lines too: SET CONSTRAINTS IMMEDIATE must not open a gap between the check and the commit.
    for table, column in (("entry", "id"), ("line", "entry")):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
            f"FOR EACH ROW EXECUTE FUNCTION entry_balances('{column}')"
        )


def documents() -> None:
    """Issued papers and the last number of each kind; what is issued cannot be reworded."""
    op.create_table(
        "document",
        sa.Column("code", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("number", "kind", "mission", "about")),
        sa.Column("person", sa.Uuid),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("expires_on", sa.Date),
        sa.Column("status", sa.Text, nullable=False, server_default="valid"),
        sa.Column("pdf", sa.LargeBinary),
        sa.Column("sha256", sa.Text),
        sa.UniqueConstraint("mission", "number", name="uq_document_mission_number"),
        sa.CheckConstraint("status IN ('valid', 'revoked')", name=op.f("ck_document_status")),
        sa.CheckConstraint("(pdf IS NULL) = (sha256 IS NULL)", name=op.f("ck_document_drawn")),
    )
    op.create_index("ix_document_about", "document", ["about"])
    op.create_index("ix_document_person", "document", ["person"])
    op.create_table(
        "document_number",
        sa.Column("mission", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
    )
    scope_by_mission("document")
    scope_by_mission("document_number")
    grant("document", "SELECT, INSERT, UPDATE (status, pdf, sha256)")
    grant("document_number", "SELECT, INSERT, UPDATE")


def receipts() -> None:
    op.create_table(
        "receipt",
        *(text(name) for name in ("number", "mission")),
        *(text(name) for name in ("order", "attempt", "person", "document")),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_receipt"),
        sa.UniqueConstraint("attempt", name="uq_receipt_attempt"),
        sa.UniqueConstraint("document", name="uq_receipt_document"),
        sa.ForeignKeyConstraint(["order"], ["fee_order.reference"], name="fk_receipt_order"),
        sa.ForeignKeyConstraint(["attempt"], ["attempt.reference"], name="fk_receipt_attempt"),
        sa.ForeignKeyConstraint(["document"], ["document.code"], name="fk_receipt_document"),
    )


def events() -> None:
    op.create_table(
        "provider_event",
        *(text(name) for name in ("id", "type")),
        text("attempt", nullable=True),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_provider_event"),
    )
