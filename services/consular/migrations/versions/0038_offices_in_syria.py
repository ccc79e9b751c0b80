"""Offices inside Syria: rows of an office are dated, and an application pins the one at which it was filed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"

STATUSES = "status IN ('evidenced', 'long_standing', 'planned', 'demo')"
# Amounts in pounds are ambiguous between old and new ones, and the fee is owed in foreign currency.
NO_POUNDS = "NOT (takes && ARRAY['SYP', 'SYP-OLD', 'SYP-NEW'])"
COMPLETE = (
    "kind <> 'in_syria' OR (cardinality(takes) > 0 AND cardinality(days) > 0 AND opens IS NOT NULL AND opens < closes)"
)


def upgrade() -> None:
    op.drop_constraint("ck_mission_status", "mission", type_="check")
    op.create_check_constraint("ck_mission_status", "mission", STATUSES)
    _date_offices()
    op.add_column("application", sa.Column("office", sa.Text, sa.ForeignKey("office.id")))


def _date_offices() -> None:
    """Rows that were published keep their address and are in force since the mission reopened."""
    op.add_column("office", sa.Column("id", sa.Text))
    op.execute("UPDATE office SET id = code || '/2023-12-01'")
    op.alter_column("office", "id", nullable=False)
    op.drop_constraint("pk_office", "office", type_="primary")
    op.create_primary_key("pk_office", "office", ["id"])
    op.add_column("office", sa.Column("kind", sa.Text, nullable=False, server_default="mission"))
    texts, numbers = postgresql.ARRAY(sa.Text), postgresql.ARRAY(sa.SmallInteger)
    op.add_column("office", sa.Column("takes", texts, nullable=False, server_default="{}"))
    op.add_column("office", sa.Column("days", numbers, nullable=False, server_default="{}"))
    op.add_column("office", sa.Column("opens", sa.Time))
    op.add_column("office", sa.Column("closes", sa.Time))
    op.add_column("office", sa.Column("valid_from", sa.Date, nullable=False, server_default="2023-12-01"))
    op.add_column("office", sa.Column("valid_to", sa.Date))
    op.add_column("office", sa.Column("approver", sa.Text, nullable=False, server_default="founding"))
    op.create_check_constraint("ck_office_kind", "office", "kind IN ('mission', 'in_syria')")
    op.create_check_constraint("ck_office_takes", "office", NO_POUNDS)
    op.create_check_constraint("ck_office_complete", "office", COMPLETE)
    op.create_check_constraint("ck_office_dates", "office", "valid_to IS NULL OR valid_from < valid_to")
    op.create_unique_constraint("uq_office_code_valid_from", "office", ["code", "valid_from"])
