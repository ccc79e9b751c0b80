"""Births of which the register knows the month or the year alone, as the civil registry has them."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("service_record", Column("born_precision", Text, nullable=False, server_default="day"))
    op.create_check_constraint(
        "ck_service_record_born_precision", "service_record", "born_precision IN ('day', 'month', 'year')"
    )
    # Of what is not known the first day is stored.
    op.create_check_constraint(
        "ck_service_record_born_first_day",
        "service_record",
        "born_precision = 'day' OR (extract(day FROM born) = 1"
        " AND (born_precision = 'month' OR extract(month FROM born) = 1))",
    )
