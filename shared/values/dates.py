"""Dates as a mission counts them: instants are UTC, days belong to the mission's zone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# Of the state itself: of its registers, and of days that belong to no mission.
STATE_ZONE = "Asia/Damascus"
# How exactly the register knows a day. Of a date known by month or year the first day is stored, and rules count
# from it, as Syrian papers do.
DAY, MONTH, YEAR = "day", "month", "year"


def partial_iso(day: date, precision: str) -> str:
    """What is known of a day, in ISO 8601: 1945, 1945-03 or 1945-03-14."""
    return day.isoformat()[: {YEAR: 4, MONTH: 7}.get(precision, 10)]


def first_day(text: str) -> date:
    """The day from which rules count what is known of a date, from ISO 8601: a year, a month or the day itself."""
    return date.fromisoformat(f"{text}-01-01"[:10])


def local_date(instant: datetime, zone: str) -> date:
    """The calendar day of an instant at a mission. Raises ValueError for an instant without a zone of its own."""
    return local_time(instant, zone).date()


def local_time(instant: datetime, zone: str) -> datetime:
    """What clock and calendar show at a mission. Raises ValueError for an instant without a zone of its own."""
    if instant.tzinfo is None:
        raise ValueError("a naive instant: without a zone it has no local time")
    return instant.astimezone(ZoneInfo(zone))


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of a day at a mission, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def age_on(born: date, day: date) -> int:
    """Whole years on a day; who was born on 29 February has their birthday on 1 March of other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def add_years(day: date, years: int) -> date:
    """The same date years later; 29 February becomes 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def add_months(day: date, months: int) -> date:
    """The same day months later, or the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def add_working_days(start: date, days: int, is_free: Callable[[date], bool]) -> date:
    """The day on which `days` working days after `start` have passed; `is_free` names the days that are none."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= not is_free(day)
    return day


def count_working_days(start: date, until: date, is_free: Callable[[date], bool]) -> int:
    """How many working days lie after `start`, `until` counted; 0 where it is not later."""
    return sum(not is_free(start + timedelta(days=offset)) for offset in range(1, (until - start).days + 1))
