"""Seats of a service may be given to complete files, in their order."""

from alembic import op

revision = "0037"
down_revision = "0036"

MODES = "mode IN ('first_come', 'list', 'draw', 'file')"


def upgrade() -> None:
    op.drop_constraint("ck_seat_rule_mode", "seat_rule", type_="check")
    op.create_check_constraint("ck_seat_rule_mode", "seat_rule", MODES)
