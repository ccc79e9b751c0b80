"""The registrar's work on what the register contradicts."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    pass
