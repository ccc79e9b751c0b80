"""Indexes for what changes ask of growing tables: refunds of an order, the passport in a booklet, cleared namesakes."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_index("ix_refund_order", "refund", ["order"])
    op.create_index("ix_passport_booklet", "passport", ["booklet"], postgresql_where=sa.text("booklet IS NOT NULL"))
    cleared = sa.text("state = 'cleared'")
    pair = ["mission", "person", "other_person"]
    op.create_index("ix_duplicate_cleared", "duplicate", pair, postgresql_where=cleared)
