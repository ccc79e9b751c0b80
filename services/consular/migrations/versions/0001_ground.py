"""Events, outbox, inbox and parked messages."""

from shared.database.migration import ground

revision = "0001"
down_revision = None


def upgrade() -> None:
    ground()
