"""Loaded missions, tariffs, rates and standings again; reference data is now loaded apart."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Changes no table."""
