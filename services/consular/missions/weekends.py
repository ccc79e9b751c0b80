"""The days of the week on which a mission's country rests, as it rested on each date."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from services.consular.missions import reference_data
from services.consular.missions.model import Mission, Weekend


def of_mission(session: Session, mission: Mission) -> list[Weekend]:
    """The rows of the mission's country, earliest first."""
    rows = [row for row in reference_data.rows(session, Weekend) if row.country == mission.country]
    return sorted(rows, key=lambda row: (row.valid_from, row.id))


def is_weekend(rows: Iterable[Weekend], day: date) -> bool:
    """Whether the country rests on this day, by the row in force on it."""
    return any(row.holds_on(day) and day.weekday() in row.days for row in rows)
