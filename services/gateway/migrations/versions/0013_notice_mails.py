"""Each kind of notice is told in its own words; what was queued under five shared ones is told as news."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("UPDATE mail SET event = 'notice_other' WHERE starts_with(event, 'news_')")
