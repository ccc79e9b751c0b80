"""The two dates of an application at its mission: the day it lapses, and the day it is promised for."""

from datetime import date

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions import calendar, weekends
from services.consular.missions.deadlines import last_day
from shared.values import dates


def lapses_on(session: Session, mission: str) -> date:
    """The last of the ten days of an application that begins to wait for its applicant now."""
    return last_day(missions.today(session, mission))


def due_on(session: Session, mission: str, working_days: int) -> date:
    """The day by which an application is promised: working days from today, by the mission's weekend and closures."""
    rows = weekends.of_mission(session, missions.find(session, mission))
    closures = calendar.closed_from(session, mission)
    return dates.add_working_days(
        missions.today(session, mission),
        working_days,
        lambda day: day in closures or weekends.is_weekend(rows, day),
    )
