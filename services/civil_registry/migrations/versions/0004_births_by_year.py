"""Births of which the register knows the month or the year alone."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("person", Column("born_precision", Text, nullable=False, server_default="day"))
    op.create_check_constraint("ck_person_born_precision", "person", "born_precision IN ('day', 'month', 'year')")
    # Of what is not known the first day is stored.
    op.create_check_constraint(
        "ck_person_born_first_day",
        "person",
        "born_precision = 'day' OR (extract(day FROM born) = 1"
        " AND (born_precision = 'month' OR extract(month FROM born) = 1))",
    )
