"""Opening hours, closures, seats and the turns held in them."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    pass
