"""Applications with their history, papers and applicants; booklets and passports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import append_only, grant, scope_by_mission

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True)
OPEN = "status IN ('draft', 'awaiting_payment', 'in_review', 'returned', 'with_authority')"
STATUSES = (
    "status IN ('draft', 'awaiting_payment', 'in_review', 'returned', 'with_authority', 'ready', 'collected', "
    "'refused', 'withdrawn', 'lapsed')"
)


def upgrade() -> None:
    applications()
    steps()
    askings()
    commands()
    applicants()
    papers()
    booklets()
    passports()
    for table in ("application", "step", "asking", "command", "applicant", "paper", "booklet", "passport"):
        scope_by_mission(table)
    # People see their own applications wherever they were filed; to change one, its mission must be entered.
    op.execute(
        "CREATE POLICY own_person ON application FOR SELECT USING (person = current_setting('mahjar.person', true))"
    )
    append_only("step")
    grant("step", "SELECT, INSERT")
    for table in ("application", "asking", "command", "applicant", "paper", "booklet", "passport"):
        grant(table)


def applications() -> None:
    op.create_table(
        "application",
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("transaction", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("single", sa.Boolean, nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("awaits", sa.Text),
        sa.Column("exception", sa.Text),
        sa.Column("document", sa.Text),
        sa.Column("document_owner", sa.Text),
        sa.Column("due_on", sa.Date),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT),
        sa.Column("paid_at", INSTANT),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_application"),
        sa.CheckConstraint(STATUSES, name="ck_application_status"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_application_mission"),
    )
    # Two open files of one person for one transaction: the second loses here, however close the race.
    single = sa.text(f"single AND {OPEN}")
    columns = ["mission", "person", "transaction"]
    op.create_index("uq_application_one_open", "application", columns, unique=True, postgresql_where=single)
    op.create_index("ix_application_queue", "application", ["mission", "status", "submitted_at"])
    op.create_index("ix_application_person", "application", ["person"])
    waiting = sa.text("awaits IS NOT NULL OR exception IS NOT NULL")
    op.create_index("ix_application_waiting", "application", ["mission"], postgresql_where=waiting)


def steps() -> None:
    op.create_table(
        "step",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("detail", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_step"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_step_application"),
    )
    op.create_index("ix_step_application", "step", ["application", "id"])


def askings() -> None:
    op.create_table(
        "asking",
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("authority", sa.Text, nullable=False),
        sa.Column("ask", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT),
        sa.Column("outcome", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("document", sa.Text),
        sa.PrimaryKeyConstraint("application", "round", "authority", "ask", name="pk_asking"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_asking_application"),
    )


def commands() -> None:
    op.create_table(
        "command",
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("answer", JSONB),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("mission", "actor", "key", name="pk_command"),
    )


def applicants() -> None:
    op.create_table(
        "applicant",
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("national_number", sa.Text, nullable=False),
        sa.Column("name", JSONB, nullable=False),
        sa.Column("latin", JSONB, nullable=False),
        sa.Column("sex", sa.Text, nullable=False),
        sa.Column("born", sa.Date, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("application", name="pk_applicant"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_applicant_application"),
    )
    op.create_index("ix_applicant_national_number", "applicant", ["national_number"])


def papers() -> None:
    op.create_table(
        "paper",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_paper"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_paper_application"),
        sa.CheckConstraint("(content IS NULL) = (removed_at IS NOT NULL)", name="ck_paper_removed"),
    )
    op.create_index("ix_paper_application", "paper", ["application"])


def booklets() -> None:
    op.create_table(
        "booklet",
        sa.Column("serial", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("application", sa.Text),
        sa.Column("received_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("changed_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("serial", name="pk_booklet"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_booklet_application"),
        sa.CheckConstraint("state IN ('in_stock', 'assigned', 'collected', 'spoiled')", name="ck_booklet_state"),
        sa.CheckConstraint(
            "state NOT IN ('assigned', 'collected') OR application IS NOT NULL", name="ck_booklet_owner"
        ),
    )
    # One live booklet to an application; a spoiled one makes room for the next.
    live = sa.text("state IN ('assigned', 'collected')")
    op.create_index("uq_booklet_application", "booklet", ["application"], unique=True, postgresql_where=live)
    stock = sa.text("state = 'in_stock'")
    op.create_index("ix_booklet_stock", "booklet", ["mission", "serial"], postgresql_where=stock)


def passports() -> None:
    op.create_table(
        "passport",
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("booklet", sa.Text),
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("issued_on", sa.Date),
        sa.Column("expires_on", sa.Date),
        sa.Column("cancelled_at", INSTANT),
        sa.Column("cancelled_for", sa.Text),
        sa.PrimaryKeyConstraint("mission", "number", name="pk_passport"),
        sa.ForeignKeyConstraint(["booklet"], ["booklet.serial"], name="fk_passport_booklet"),
        sa.CheckConstraint("state IN ('issued', 'collected', 'cancelled', 'spoiled')", name="ck_passport_state"),
    )
