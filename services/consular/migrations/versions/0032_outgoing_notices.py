"""Notices that are to leave the house. Those of before stay where they are read already."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute("ALTER TABLE notice NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE notice SET sent_at = made_at WHERE sent_at IS NULL")
    op.execute("ALTER TABLE notice FORCE ROW LEVEL SECURITY")
    op.create_index("ix_notice_unsent", "notice", ["mission", "id"], postgresql_where="sent_at IS NULL")
