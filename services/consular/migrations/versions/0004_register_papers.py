"""Tariffs and standings of the civil register's other papers."""

from alembic import op

from services.consular.payments import tariffs

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    tariffs.load(op.get_bind())
