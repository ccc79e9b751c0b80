"""Lets the gateway delete sessions that are long over."""

from shared.database.migration import grant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Old sessions are of no use to anybody but a thief."""
    grant("auth_session", "DELETE")
