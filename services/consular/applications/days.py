"""Days as the mission of an application counts them, by the database's clock."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.deadlines.deadline import last_day
from services.consular.appointments import calendar
from shared import clock, db


def today(session: Session, mission: str) -> date:
    """The calendar day at the mission."""
    return clock.local_date(db.now(session), missions.find(session, mission).zone)


def day_of(session: Session, mission: str, instant: datetime) -> date:
    """The calendar day of an instant at the mission."""
    return clock.local_date(instant, missions.find(session, mission).zone)


def lapses_on(session: Session, mission: str) -> date:
    """The last of the ten days of an application that begins to wait for its applicant now."""
    return last_day(today(session, mission))


def due_on(session: Session, mission: str, working_days: int) -> date:
    """The day by which an application is promised, counted from today over the mission's own weekend and closures."""
    weekend = frozenset(missions.find(session, mission).weekend)
    closures = calendar.closed_from(session, mission)
    return clock.add_working_days(today(session, mission), working_days, weekend, closures)
