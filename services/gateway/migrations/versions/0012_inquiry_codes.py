"""Codes that confirm an inquiry."""

from alembic import op

revision = "0012"
down_revision = "0011"

PURPOSES = "'sign_up', 'contact', 'counter', 'post', 'recovery', 'new_contact', 'phone', 'inquiry'"


def upgrade() -> None:
    op.drop_constraint("purpose", "one_time_code", type_="check")
    op.create_check_constraint("purpose", "one_time_code", f"purpose IN ({PURPOSES})")
