"""Lapse, reminders, extensions, and bookings brought from an older platform."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    pass
