"""Cash that a counter took by mistake and that two people took back."""

from alembic import op

revision = "0036"
down_revision = "0035"

STATES = "'created', 'pending', 'unknown', 'succeeded', 'failed', 'voided'"


def upgrade() -> None:
    op.drop_constraint("ck_attempt_state", "attempt", type_="check")
    op.create_check_constraint("ck_attempt_state", "attempt", f"state IN ({STATES})")
