"""What passports need beyond the booklet: one open file a person, spelling, loss, damage, clearance, upgrades."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import append_only, grant, scope_by_mission

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True)
OPEN = "status IN ('draft', 'awaiting_payment', 'in_review', 'returned', 'with_authority', 'ready')"
LIVE = "state IN ('open', 'paid')"


def upgrade() -> None:
    one_open_file()
    upgrades()
    approvals()
    reported_lost()
    printed_pages()
    validity()


def one_open_file() -> None:
    """Two open files of one person for one passport: the second loses here, whichever mission it was filed at."""
    op.add_column("application", sa.Column("one_of", sa.Text))
    op.execute(
        "UPDATE application SET one_of = 'passport' WHERE reference IN (SELECT DISTINCT ON (person) reference "
        "FROM application WHERE transaction = 'passport-renewal' AND status NOT IN ('collected', 'refused', "
        "'withdrawn', 'lapsed') ORDER BY person, created_at DESC)"
    )
    open_one = sa.text(f"one_of IS NOT NULL AND {OPEN}")
    op.create_index(
        "uq_application_one_of", "application", ["person", "one_of"], unique=True, postgresql_where=open_one
    )


def upgrades() -> None:
    """An application may owe a second time: the difference to the urgent price."""
    op.add_column("fee_order", sa.Column("purpose", sa.Text, nullable=False, server_default="fee"))
    op.create_check_constraint("ck_fee_order_purpose", "fee_order", "purpose IN ('fee', 'upgrade')")
    op.drop_index("uq_fee_order_live", "fee_order")
    op.create_index(
        "uq_fee_order_live", "fee_order", ["application", "purpose"], unique=True, postgresql_where=sa.text(LIVE)
    )


def approvals() -> None:
    op.create_table(
        "approval",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("application", "what", "subject", "mission", "reason")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("outcome", "given_by", "role")),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("application", "what", "subject", name="pk_approval"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_approval_application"),
        sa.CheckConstraint("outcome IN ('approved', 'declined')", name="ck_approval_outcome"),
        sa.CheckConstraint("reason <> ''", name="ck_approval_reason"),
    )
    scope_by_mission("approval")
    append_only("approval")
    grant("approval", "SELECT, INSERT")


def reported_lost() -> None:
    """Numbers that no longer travel: every mission must see them, and there is nothing of a person in them."""
    op.create_table(
        "lost_passport",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("number", "reported_at", "application")),
        sa.Column("reported_on", sa.Date, nullable=False),
        sa.Column("surrendered_at", sa.Text),
        sa.Column("surrendered_on", sa.Date),
        sa.PrimaryKeyConstraint("number", name="pk_lost_passport"),
        sa.CheckConstraint("(surrendered_at IS NULL) = (surrendered_on IS NULL)", name="ck_lost_passport_surrendered"),
    )
    grant("lost_passport", "SELECT, INSERT, UPDATE, DELETE")


def printed_pages() -> None:
    op.add_column("passport", sa.Column("mrz", sa.Text))
    op.add_column("passport", sa.Column("printed", JSONB))
    op.add_column("passport", sa.Column("page", sa.Text))
    op.drop_constraint("ck_passport_state", "passport", type_="check")
    states = "state IN ('issued', 'collected', 'cancelled', 'spoiled', 'lost')"
    op.create_check_constraint("ck_passport_state", "passport", states)
    op.create_index("ix_passport_person", "passport", ["person"])
    # A person's passports are theirs at every mission; to change one, its mission must be entered.
    op.execute(
        "CREATE POLICY own_person ON passport FOR SELECT USING (person = current_setting('mahjar.person', true))"
    )


def validity() -> None:
    op.create_table(
        "passport_term",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("years", sa.SmallInteger, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("source", "certainty", "approver")),
        sa.PrimaryKeyConstraint("id", name="pk_passport_term"),
        sa.CheckConstraint("years > 0", name="ck_passport_term_years"),
        sa.CheckConstraint("certainty IN ('H', 'M', 'L')", name="ck_passport_term_certainty"),
    )
    append_only("passport_term")
    grant("passport_term", "SELECT, INSERT")
