"""The dates of a file at its mission: the day it lapses, the day it is promised for, the working days until then."""

from collections.abc import Callable
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
    return dates.add_working_days(missions.today(session, mission), working_days, _is_free(session, mission))


def working_days_left(session: Session, mission: str, until: date) -> int:
    """How many working days lie after today until a day, that day counted; 0 once it is over."""
    return dates.count_working_days(missions.today(session, mission), until, _is_free(session, mission))


def _is_free(session: Session, mission: str) -> Callable[[date], bool]:
    rows = weekends.of_mission(session, missions.find(session, mission))
    closures = calendar.closed_from(session, mission)
    return lambda day: day in closures or weekends.is_weekend(rows, day)
