"""Orders, attempts, refunds and printed passports are found by what they belong to, however many there are."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    # The last order of an application in any state; the unique one of open and paid orders leaves the others out.
    op.create_index("ix_fee_order_application", "fee_order", ["application", "purpose", sa.text("opened_at DESC")])
    op.create_index("ix_attempt_order", "attempt", ["order"])
    op.create_index("ix_refund_order", "refund", ["order"])
    printed = sa.text("booklet IS NOT NULL")
    op.create_index("ix_passport_booklet", "passport", ["booklet"], postgresql_where=printed)
    op.create_index("ix_passport_application", "passport", ["application"], postgresql_where=printed)
    cleared = sa.text("state = 'cleared'")
    op.create_index("ix_duplicate_cleared", "duplicate", ["mission", "person", "other_person"], postgresql_where=cleared)


def downgrade() -> None:
    for name in (
        *("ix_duplicate_cleared", "ix_passport_application", "ix_passport_booklet"),
        *("ix_refund_order", "ix_attempt_order", "ix_fee_order_application"),
    ):
        op.drop_index(name)
