"""Missions, tariffs, rates and standings as the data files have them by now."""

from alembic import op

from services.consular import missions
from services.consular.missions import load_calendar
from services.consular.payments import tariffs

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    missions.load(op.get_bind())
    tariffs.load(op.get_bind())
    missions.load_offices(op.get_bind())
    load_calendar.load(op.get_bind())
