"""Lapse, reminders, extensions, and bookings brought from an older platform."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.migration import grant, scope_by_mission

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
    scope_by_mission("notice")
    grant("notice")
    op.execute("CREATE POLICY own_person ON notice FOR SELECT USING (person = current_setting('mahjar.person', true))")


def applications() -> None:
    op.add_column("application", sa.Column("lapses_on", sa.Date))
    op.add_column("application", sa.Column("booked_for", sa.Date))
    # The naming convention had made its name longer than the first migration wrote it.
    for name in ("ck_application_status", "ck_application_ck_application_status"):
        op.execute(f"ALTER TABLE application DROP CONSTRAINT IF EXISTS {name}")
    op.execute(f"ALTER TABLE application ADD CONSTRAINT ck_application_status CHECK ({STATUSES})")
    # Nobody loses a day by the new rule: for what waits already, today is the first of the ten.
    op.execute(
        "UPDATE application SET lapses_on = (now() AT TIME ZONE mission.zone)::date + 9 FROM mission "
        "WHERE mission.code = application.mission AND application.status IN ('draft', 'awaiting_payment', 'returned')"
    )
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
