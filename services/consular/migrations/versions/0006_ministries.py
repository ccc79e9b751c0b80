"""Letters to ministries and their replies."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    pass
