"""Loaded tariffs and standings of the civil register's other papers; reference data is now loaded apart."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Changes no table."""
