"""Accounts, open sessions and counted tries."""

import sqlalchemy as sa
from alembic import op

from shared.database.migration import grant, ground

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the gateway's tables. None carries a mission: a visitor is found before their mission is known."""
    ground()
    accounts()
    sessions()
    attempts()


def accounts() -> None:
    """Who can sign in."""
    op.create_table(
        "account",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("home_mission", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("person", sa.Text, unique=True),
        sa.Column("number_key", sa.Text, unique=True),
        sa.Column("name_ar", sa.Text, nullable=False),
        sa.Column("name_latin", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("disabled_at", MOMENT),
        sa.CheckConstraint("email = lower(email)", name="email_folded"),
    )
    grant("account")


def sessions() -> None:
    """Which browsers are signed in."""
    op.create_table(
        "auth_session",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("token_key", sa.Text, nullable=False, unique=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("seen_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("idle_ends_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
    )
    grant("auth_session")


def attempts() -> None:
    """How often somebody tried."""
    op.create_table(
        "attempt",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False, index=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    grant("attempt", "SELECT, INSERT, UPDATE, DELETE")
