"""Cash that a mission is given for its safe before it has taken any: an entry of a kind of its own."""

from alembic import op

revision = "0033"
down_revision = "0032"

KINDS = (
    "'payment', 'suspense', 'refund_due', 'reversal', 'refund_paid', 'bank_matched', "
    "'till_float', 'till_variance', 'till_closed', 'deposit', 'safe_advance'"
)


def upgrade() -> None:
    op.drop_constraint("ck_entry_kind", "entry", type_="check")
    op.create_check_constraint("ck_entry_kind", "entry", f"kind IN ({KINDS})")
