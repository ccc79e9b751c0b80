"""Notices leave the house: telephones, what their owners want to hear where, and each notice once."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("account", sa.Column("phone", sa.Text))
    op.add_column("account", sa.Column("phone_confirmed_at", sa.DateTime(timezone=True)))
    op.add_column("account", sa.Column("news_by_mail", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("account", sa.Column("news_by_sms", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_check_constraint("sms_confirmed", "account", "NOT news_by_sms OR phone_confirmed_at IS NOT NULL")
    op.add_column("mail", sa.Column("channel", sa.Text, nullable=False, server_default="mail"))
    op.add_column("mail", sa.Column("once", sa.Text))
    op.create_check_constraint("channel", "mail", "channel IN ('mail', 'sms')")
    op.create_unique_constraint("uq_mail_once", "mail", ["once"])
