"""Bank accounts, their statements line by line, what lines are matched with, and the daily comparison."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import append_only, grant, scope_by_mission

revision = "0023"
down_revision = "0022"

INSTANT = sa.DateTime(timezone=True)
KINDS = "'payment', 'suspense', 'refund_due', 'reversal', 'refund_paid', 'bank_matched'"
SCOPED = (
    *("bank_account", "statement_file", "bank_statement", "bank_line", "bank_line_sighting", "bank_match"),
    *("bank_decision", "discrepancy", "reconciliation"),
)
NEVER_CHANGED = ("statement_file", "bank_statement", "bank_line_sighting", "bank_match", "reconciliation")


def upgrade() -> None:
    bank_accounts()
    statements()
    lines()
    matches()
    decisions()
    comparison()
    for table in SCOPED:
        scope_by_mission(table)
    for table in NEVER_CHANGED:
        append_only(table)
        grant(table, "SELECT, INSERT")
    for table in ("bank_account", "bank_decision", "discrepancy"):
        grant(table)
    grant("bank_line", "SELECT, INSERT, UPDATE (open_amount, application, attempt, reason, owner, changed_at)")
    op.drop_constraint("ck_entry_kind", "entry", type_="check")
    op.create_check_constraint("ck_entry_kind", "entry", f"kind IN ({KINDS})")


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def money(*names: str) -> tuple[sa.Column[int] | sa.Column[str], ...]:
    amounts = (sa.Column(name, sa.BigInteger, nullable=False) for name in names or ("amount",))
    return (*amounts, text("currency"))


def instant(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, INSTANT, nullable=nullable)


def bank_accounts() -> None:
    op.create_table(
        "bank_account",
        *(text(name) for name in ("id", "mission", "currency", "iban", "bic", "holder", "bank")),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        *(text(name) for name in ("source", "certainty", "approver")),
        sa.PrimaryKeyConstraint("id", name="pk_bank_account"),
        sa.ForeignKeyConstraint(["mission"], ["mission.code"], name="fk_bank_account_mission"),
        sa.CheckConstraint("valid_to > valid_from", name="ck_bank_account_dates"),
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name="ck_bank_account_certainty"),
        sa.CheckConstraint("iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}$'", name="ck_bank_account_iban"),
    )
    op.create_index("ix_bank_account_mission", "bank_account", ["mission", "currency", "valid_from"])
    op.execute(
        "CREATE TRIGGER new_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON bank_account "
        "FOR EACH STATEMENT EXECUTE FUNCTION reference_data_changed()"
    )
    op.execute("ALTER TABLE bank_account ENABLE ALWAYS TRIGGER new_version")


def statements() -> None:
    op.create_table(
        "statement_file",
        *(text(name) for name in ("reference", "mission", "filename", "format", "sha256")),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("fresh", sa.Integer, nullable=False),
        instant("imported_at"),
        text("imported_by"),
        sa.PrimaryKeyConstraint("reference", name="pk_statement_file"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_statement_file_mission"),
        sa.CheckConstraint("format IN ('camt', 'mt940')", name="ck_statement_file_format"),
        sa.CheckConstraint("fresh BETWEEN 0 AND lines", name="ck_statement_file_fresh"),
    )
    op.create_index("ix_statement_file_imported", "statement_file", ["mission", "imported_at"])
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.Uuid, nullable=False),
        *(text(name) for name in ("mission", "file", "iban", "number", "page")),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("closed_on", sa.Date, nullable=False),
        *money("opening", "closing"),
        sa.PrimaryKeyConstraint("id", name="pk_bank_statement"),
        sa.ForeignKeyConstraint(["file"], ["statement_file.reference"], name="fk_bank_statement_file"),
        sa.UniqueConstraint(
            *("mission", "iban", "currency", "number", "page", "opened_on", "closed_on", "opening", "closing"),
            name="uq_bank_statement_identity",
        ),
    )


def lines() -> None:
    op.create_table(
        "bank_line",
        *(text(name) for name in ("reference", "mission", "iban", "fingerprint")),
        sa.Column("occurrence", sa.Integer, nullable=False),
        sa.Column("booked_on", sa.Date, nullable=False),
        sa.Column("value_on", sa.Date, nullable=False),
        *money("amount", "open_amount"),
        *(text(name) for name in ("bank_reference", "text", "party", "party_iban")),
        *(text(name, nullable=True) for name in ("application", "attempt", "reason", "owner")),
        instant("imported_at"),
        instant("changed_at"),
        sa.PrimaryKeyConstraint("reference", name="pk_bank_line"),
        sa.ForeignKeyConstraint(["attempt"], ["attempt.reference"], name="fk_bank_line_attempt"),
        # Whatever is imported at the same time: a movement has one row.
        sa.UniqueConstraint("mission", "fingerprint", "occurrence", name="uq_bank_line_fingerprint"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_bank_line_mission"),
        sa.CheckConstraint("amount <> 0 AND currency <> 'SYP'", name="ck_bank_line_amount"),
        sa.CheckConstraint("open_amount BETWEEN least(amount, 0) AND greatest(amount, 0)", name="ck_bank_line_open"),
        sa.CheckConstraint("(open_amount = 0) = (reason IS NULL)", name="ck_bank_line_reason"),
    )
    still_open = sa.text("open_amount <> 0")
    op.create_index("ix_bank_line_open", "bank_line", ["mission", "imported_at"], postgresql_where=still_open)
    op.create_index("ix_bank_line_application", "bank_line", ["application"])
    op.create_index("ix_bank_line_attempt", "bank_line", ["attempt"])
    op.create_table(
        "bank_line_sighting",
        text("line"),
        sa.Column("statement", sa.Uuid, nullable=False),
        text("mission"),
        sa.PrimaryKeyConstraint("line", "statement", name="pk_bank_line_sighting"),
        sa.ForeignKeyConstraint(["line"], ["bank_line.reference"], name="fk_bank_line_sighting_line"),
        sa.ForeignKeyConstraint(["statement"], ["bank_statement.id"], name="fk_bank_line_sighting_statement"),
    )


def matches() -> None:
    op.create_table(
        "bank_match",
        sa.Column("id", sa.Uuid, nullable=False),
        *(text(name) for name in ("mission", "line", "kind")),
        *money(),
        text("attempt", nullable=True),
        instant("made_at"),
        text("made_by"),
        sa.PrimaryKeyConstraint("id", name="pk_bank_match"),
        sa.ForeignKeyConstraint(["line"], ["bank_line.reference"], name="fk_bank_match_line"),
        sa.ForeignKeyConstraint(["attempt"], ["attempt.reference"], name="fk_bank_match_attempt"),
        sa.CheckConstraint("amount <> 0", name="ck_bank_match_amount"),
        sa.CheckConstraint(
            "kind IN ('payment', 'refund_due', 'refund_paid', 'deposit', 'card_payout', 'bank_charge')",
            name="ck_bank_match_kind",
        ),
    )
    op.create_index("ix_bank_match_line", "bank_match", ["line"])
    op.create_index("ix_bank_match_attempt", "bank_match", ["attempt"])


def decisions() -> None:
    op.create_table(
        "bank_decision",
        *(text(name) for name in ("reference", "mission", "line", "kind", "reason")),
        *money(),
        text("state"),
        text("proposed_by"),
        instant("proposed_at"),
        text("decided_by", nullable=True),
        instant("decided_at", nullable=True),
        sa.PrimaryKeyConstraint("reference", name="pk_bank_decision"),
        sa.ForeignKeyConstraint(["line"], ["bank_line.reference"], name="fk_bank_decision_line"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_bank_decision_mission"),
        sa.CheckConstraint("decided_by <> proposed_by", name="ck_bank_decision_four_eyes"),
        sa.CheckConstraint("state IN ('waiting', 'approved', 'declined')", name="ck_bank_decision_state"),
        sa.CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name="ck_bank_decision_decided"),
        sa.CheckConstraint(
            "kind IN ('accept_short', 'accept_late', 'give_back', 'bank_charge')", name="ck_bank_decision_kind"
        ),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index("uq_bank_decision_waiting", "bank_decision", ["line"], unique=True, postgresql_where=waiting)


def comparison() -> None:
    op.create_table(
        "discrepancy",
        *(text(name) for name in ("mission", "kind", "about")),
        *money(),
        text("owner", nullable=True),
        instant("since"),
        instant("seen_at"),
        instant("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("mission", "kind", "about", name="pk_discrepancy"),
        sa.CheckConstraint(
            "kind IN ('suspense', 'card_unsettled', 'card_amount', 'card_absent', 'card_missing', 'bank_missing', "
            "'bank_balance')",
            name="ck_discrepancy_kind",
        ),
    )
    op.create_index(
        "ix_discrepancy_open", "discrepancy", ["mission", "since"], postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "reconciliation",
        text("mission"),
        instant("run_at"),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("compared", "open", "overdue")),
        sa.PrimaryKeyConstraint("mission", "run_at", name="pk_reconciliation"),
    )
