"""The days of the week on which a mission rests, as it rested on each date: its own, otherwise its country's."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from services.consular.missions import reference_data
from services.consular.missions.model import Mission, Weekend


def of_mission(session: Session, mission: Mission) -> list[Weekend]:
    """The rows of the mission and of its country, earliest first."""
    rows = [
        row
        for row in reference_data.rows(session, Weekend)
        if row.scope == mission.code or (row.scope is None and row.country == mission.country)
    ]
    return sorted(rows, key=lambda row: (row.valid_from, row.id))


def is_weekend(rows: Iterable[Weekend], day: date) -> bool:
    """Whether the mission rests on this day: by its own row in force on it, otherwise by its country's."""
    in_force = [row for row in rows if row.holds_on(day)]
    own = [row for row in in_force if row.scope is not None]
    return any(day.weekday() in row.days for row in own[-1:] or in_force)
