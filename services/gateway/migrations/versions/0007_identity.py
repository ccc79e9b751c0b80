"""Levels of assurance, one-time codes, contested identities, decisions of two officers, and e-mail that goes out."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant, scope_by_mission

revision = "0007"
down_revision = "0006"

INSTANT = sa.DateTime(timezone=True)
ASSURANCES = "'counter', 'post', 'passport', 'vouched', 'officers', 'earlier', 'specimen'"
KINDS = (
    "'release', 'merge', 'unfreeze', 'disable', 'enable', 'staff_create', 'staff_role', 'staff_disable', 'staff_enable'"
)


def upgrade() -> None:
    levels()
    codes()
    sign_ups()
    contests()
    decisions()
    vouchers()
    letters()
    mails()


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def instant(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, INSTANT, nullable=nullable)


def levels() -> None:
    """Persons who were tied by what they knew stay tied, and their accounts say so: `earlier`."""
    for name in ("declared_person", "declared_number_key", "claim", "assurance", "assured_by", "frozen_reason"):
        op.add_column("account", text(name, nullable=True))
    for name in ("email_confirmed_at", "assured_at", "frozen_at"):
        op.add_column("account", instant(name, nullable=True))
    op.add_column("account", sa.Column("has_old_drafts", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute("UPDATE account SET assurance = 'earlier', assured_at = now() WHERE person IS NOT NULL")
    op.create_check_constraint("assurance", "account", f"assurance IN ({ASSURANCES})")
    op.create_check_constraint("assured_person", "account", "(person IS NULL) = (assurance IS NULL)")
    op.create_index("ix_account_declared_person", "account", ["declared_person"])
    op.create_unique_constraint("uq_account_claim", "account", ["claim"])


def codes() -> None:
    """A code is bound to one subject and one purpose: both stand in the key and in what is hashed."""
    op.create_table(
        "one_time_code",
        text("subject"),
        text("purpose"),
        text("code_hash"),
        text("issued_by"),
        instant("created_at"),
        instant("ends_at"),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        instant("used_at", nullable=True),
        sa.PrimaryKeyConstraint("subject", "purpose", name="pk_one_time_code"),
        sa.CheckConstraint("purpose IN ('sign_up', 'contact', 'counter', 'post')", name="purpose"),
    )
    grant("one_time_code", "SELECT, INSERT, UPDATE, DELETE")


def sign_ups() -> None:
    """An account is opened only once its address is confirmed; until then it is one of these."""
    op.create_table(
        "sign_up",
        text("id"),
        text("email"),
        text("password_hash"),
        text("home_mission"),
        text("language"),
        instant("ends_at"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_up"),
        sa.CheckConstraint("email = lower(email)", name="email_folded"),
    )
    op.create_index("ix_sign_up_ends_at", "sign_up", ["ends_at"])
    grant("sign_up", "SELECT, INSERT, UPDATE, DELETE")


def contests() -> None:
    op.create_table(
        "contest",
        text("reference"),
        text("home_mission"),
        text("person"),
        text("account_id"),
        text("cause"),
        instant("opened_at"),
        instant("closed_at", nullable=True),
        sa.PrimaryKeyConstraint("reference", name="pk_contest"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_contest_account_id_account"),
        sa.CheckConstraint("cause IN ('reported', 'proof', 'officer')", name="cause"),
    )
    op.create_index("ix_contest_person", "contest", ["person"])
    grant("contest", "SELECT, INSERT, UPDATE")


def decisions() -> None:
    """What two people sign about an account. The database itself wants two different ones."""
    op.create_table(
        "account_decision",
        text("reference"),
        text("mission"),
        text("kind"),
        text("account_id", nullable=True),
        text("other_account_id", nullable=True),
        sa.Column("params", sa.dialects.postgresql.JSONB, nullable=False, server_default="{}"),
        text("reason"),
        text("state"),
        text("proposer"),
        instant("proposed_at"),
        text("approver", nullable=True),
        instant("decided_at", nullable=True),
        text("decline_reason", nullable=True),
        sa.PrimaryKeyConstraint("reference", name="pk_account_decision"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_decision_account_id_account"),
        sa.ForeignKeyConstraint(
            ["other_account_id"], ["account.id"], name="fk_account_decision_other_account_id_account"
        ),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        sa.CheckConstraint("state IN ('waiting', 'done', 'declined')", name="state"),
        sa.CheckConstraint("(state = 'waiting') = (approver IS NULL)", name="approver"),
        sa.CheckConstraint("approver <> proposer", name="two_people"),
    )
    op.create_index("ix_account_decision_account_id", "account_decision", ["account_id"])
    scope_by_mission("account_decision")
    grant("account_decision", "SELECT, INSERT, UPDATE")


def vouchers() -> None:
    op.create_table(
        "vouching",
        text("account_id"),
        text("voucher_id"),
        text("relation"),
        instant("at"),
        sa.PrimaryKeyConstraint("account_id", "at", name="pk_vouching"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_vouching_account_id_account"),
        sa.ForeignKeyConstraint(["voucher_id"], ["account.id"], name="fk_vouching_voucher_id_account"),
        sa.CheckConstraint("voucher_id <> account_id", name="two_people"),
    )
    op.create_index("ix_vouching_voucher_id", "vouching", ["voucher_id", "at"])
    grant("vouching", "SELECT, INSERT")


def letters() -> None:
    """Codes by post. The address is the mission's own record of the person, so that none is typed into the account."""
    op.create_table(
        "code_letter",
        text("reference"),
        text("mission"),
        text("account_id"),
        instant("requested_at"),
        instant("printed_at", nullable=True),
        text("printed_by", nullable=True),
        sa.PrimaryKeyConstraint("reference", name="pk_code_letter"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_code_letter_account_id_account"),
    )
    op.create_index("ix_code_letter_account_id", "code_letter", ["account_id"])
    scope_by_mission("code_letter")
    grant("code_letter", "SELECT, INSERT, UPDATE")


def mails() -> None:
    """`sealed` holds the parameters until the e-mail is sent; afterwards nobody can read what it said."""
    op.create_table(
        "mail",
        text("id"),
        text("account_id", nullable=True),
        text("home_mission"),
        text("address"),
        text("event"),
        text("language"),
        text("sealed", nullable=True),
        text("state"),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        text("fault", nullable=True),
        text("owner", nullable=True),
        instant("created_at"),
        instant("next_try_at"),
        instant("sent_at", nullable=True),
        instant("failed_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'undeliverable', 'settled')", name="state"),
        sa.CheckConstraint("(state IN ('waiting', 'sent')) = (failed_at IS NULL)", name="failed_at"),
    )
    op.create_index("ix_mail_next_try_at", "mail", ["next_try_at"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_index("ix_mail_failed_at", "mail", ["failed_at"], postgresql_where=sa.text("state = 'undeliverable'"))
    grant("mail", "SELECT, INSERT, UPDATE, DELETE")
