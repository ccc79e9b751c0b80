"""The allowances of the reserve and for missed service, further days in Syria, deferrals, and the why of a refusal."""

from alembic import op
from sqlalchemy import Column, Date, DateTime, ForeignKey, Integer, Text, Uuid, func

from shared.database.migration import grant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _widen()
    _laws()
    _deferrals()


def _widen() -> None:
    op.add_column("service_record", Column("reserve_months", Integer, nullable=False, server_default="0"))
    op.add_column("service_record", Column("disability", Text))
    op.create_check_constraint("reserve_months", "service_record", "reserve_months >= 0")
    op.create_check_constraint("disability", "service_record", "disability IN ('partial')")
    for name in ("tier", "amount", "currency", "law"):
        op.alter_column("assessment", name, nullable=True)
    op.add_column("assessment", Column("reason", Text))
    op.create_check_constraint("found", "assessment", "(amount IS NULL) = (currency IS NULL)")
    # Asked again after a fix, what is found then counts.
    grant("assessment", "UPDATE")


def _laws() -> None:
    op.add_column("allowance_tariff", Column("from_age", Integer))
    op.create_table(
        "law_parameter",
        Column("name", Text, primary_key=True),
        Column("valid_from", Date, primary_key=True),
        Column("valid_until", Date),
        Column("value", Integer),
        Column("law", Text, nullable=False),
        Column("certainty", Text, nullable=False),
    )
    op.create_table(
        "stay_extension",
        Column("person", Uuid, ForeignKey("service_record.person"), primary_key=True),
        Column("year", Integer, primary_key=True, autoincrement=False),
        Column("receipt", Text, nullable=False),
    )
    grant("law_parameter", "SELECT")
    grant("stay_extension", "SELECT")


def _deferrals() -> None:
    op.create_table(
        "deferral",
        Column("application", Text, primary_key=True),
        Column("person", Uuid, ForeignKey("service_record.person"), nullable=False),
        Column("from_on", Date, nullable=False),
        Column("until_on", Date, nullable=False),
        Column("previous_until_on", Date),
        Column("law", Text, nullable=False),
        Column("granted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    # A chain without overlaps: one first period, one successor of each, and each begins after the one it follows.
    op.create_unique_constraint("deferral_end", "deferral", ["person", "until_on"])
    op.create_unique_constraint("deferral_follows_once", "deferral", ["person", "previous_until_on"])
    op.create_index(
        "deferral_begins_once", "deferral", ["person"], unique=True, postgresql_where="previous_until_on IS NULL"
    )
    op.create_foreign_key(
        "deferral_follows", "deferral", "deferral", ["person", "previous_until_on"], ["person", "until_on"]
    )
    op.create_check_constraint("deferral_order", "deferral", "from_on <= until_on AND previous_until_on < from_on")
    op.create_check_constraint("deferral_one_year", "deferral", "until_on - from_on <= 365")
    grant("deferral", "SELECT, INSERT")
