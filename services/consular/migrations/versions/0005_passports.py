"""What passports need beyond the booklet: spelling, loss, damage, clearance."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    pass
