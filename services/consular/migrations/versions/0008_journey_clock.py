"""Lapse, reminders, extensions, and bookings brought from an older platform."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import grant, scope_by_mission

revision = "0008"
down_revision = "0007"

INSTANT = sa.DateTime(timezone=True)
STATUSES = (
    "status IN ('draft', 'awaiting_payment', 'in_review', 'returned', 'with_authority', 'ready', 'collected', "
    "'refused', 'withdrawn', 'lapsed', 'cancelled')"
)


def upgrade() -> None:
    applications()
    notices()
    proposals()
    phases()
    imports()
    bookings()
    for table in ("notice", "proposal", "phase", "booking_import", "booking"):
        scope_by_mission(table)
        grant(table)
    op.execute("CREATE POLICY own_person ON notice FOR SELECT USING (person = current_setting('mahjar.person', true))")


def applications() -> None:
    op.add_column("application", sa.Column("lapses_on", sa.Date))
    op.add_column("application", sa.Column("booked_for", sa.Date))
    # The naming convention had made its name longer than the first migration wrote it.
    for name in ("ck_application_status", "ck_application_ck_application_status"):
        op.execute(f"ALTER TABLE application DROP CONSTRAINT IF EXISTS {name}")
    op.execute(f"ALTER TABLE application ADD CONSTRAINT ck_application_status CHECK ({STATUSES})")
    # Nobody loses a day by the new rule: for what waits already, today is the first of the ten.
    # The wall between missions binds the owner too, who must reach every mission's rows this once.
    op.execute("ALTER TABLE application NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE application SET lapses_on = (now() AT TIME ZONE mission.zone)::date + 9 FROM mission "
        "WHERE mission.code = application.mission AND application.status IN ('draft', 'awaiting_payment', 'returned')"
    )
    op.execute("ALTER TABLE application FORCE ROW LEVEL SECURITY")
    waiting = sa.text("lapses_on IS NOT NULL")
    op.create_index("ix_application_lapses", "application", ["mission", "lapses_on"], postgresql_where=waiting)


def notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("once", sa.Text),
        sa.Column("params", JSONB, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("read_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("mission", "person", "about", "kind", "once", name="uq_notice_once"),
    )
    op.create_index("ix_notice_person", "notice", ["person", "id"])


def proposals() -> None:
    op.create_table(
        "proposal",
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("params", JSONB, nullable=False),
        sa.Column("preview", JSONB, nullable=False),
        sa.Column("result", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("proposer", sa.Text, nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("approver", sa.Text),
        sa.Column("decided_at", INSTANT),
        sa.Column("reason", sa.Text),
        sa.Column("done_at", INSTANT),
        sa.PrimaryKeyConstraint("reference", name="pk_proposal"),
        sa.CheckConstraint("state IN ('waiting', 'approved', 'declined', 'done')", name="ck_proposal_state"),
        sa.CheckConstraint("approver <> proposer", name="ck_proposal_two_people"),
        sa.CheckConstraint("(state = 'waiting') = (approver IS NULL)", name="ck_proposal_decided"),
        sa.CheckConstraint("left(reference, 3) = mission", name="ck_proposal_mission"),
    )
    op.create_index("ix_proposal_state", "proposal", ["mission", "state", "proposed_at"])


def phases() -> None:
    op.create_table(
        "phase",
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("window_from", sa.Date, nullable=False),
        sa.Column("window_to", sa.Date, nullable=False),
        sa.Column("lead_days", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("declared_by", sa.Text, nullable=False),
        sa.Column("declared_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_phase"),
        sa.CheckConstraint("window_from <= window_to", name="ck_phase_window"),
        sa.CheckConstraint("lead_days >= 0", name="ck_phase_lead"),
    )


def imports() -> None:
    op.create_table(
        "booking_import",
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.Column("good", sa.Integer, nullable=False),
        sa.Column("early", sa.Integer, nullable=False),
        sa.Column("faults", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("uploaded_by", sa.Text, nullable=False),
        sa.Column("uploaded_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.PrimaryKeyConstraint("reference", name="pk_booking_import"),
        sa.ForeignKeyConstraint(["phase"], ["phase.reference"], name="fk_booking_import_phase"),
        sa.CheckConstraint("state IN ('previewed', 'kept', 'dropped')", name="ck_booking_import_state"),
        sa.CheckConstraint("(content IS NULL) = (state <> 'previewed')", name="ck_booking_import_content"),
    )


def bookings() -> None:
    op.create_table(
        "booking",
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("phase", sa.Text, nullable=False),
        sa.Column("came_in", sa.Text, nullable=False),
        sa.Column("national_number", sa.Text, nullable=False),
        sa.Column("given_name", sa.Text, nullable=False),
        sa.Column("transaction", sa.Text, nullable=False),
        sa.Column("booked_for", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("changed_at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("application", sa.Text),
        sa.PrimaryKeyConstraint("mission", "reference", name="pk_booking"),
        sa.ForeignKeyConstraint(["phase"], ["phase.reference"], name="fk_booking_phase"),
        sa.ForeignKeyConstraint(["came_in"], ["booking_import.reference"], name="fk_booking_import"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_booking_application"),
        sa.CheckConstraint("state IN ('open', 'early', 'claimed', 'lapsed')", name="ck_booking_state"),
        sa.CheckConstraint("(state = 'claimed') = (application IS NOT NULL)", name="ck_booking_claimed"),
    )
    op.create_index("ix_booking_phase", "booking", ["mission", "phase", "state"])
