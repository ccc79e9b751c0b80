"""The eight instants, counted from now so that they lie ahead whenever this is run."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hijridate import Gregorian, Hijri

from shared.values.dates import local_date

EUROPE = ZoneInfo("Europe/Berlin")
YEARS_AHEAD = 5
# Monday to Thursday: no weekend anywhere.
ORDINARY_WEEKDAYS = range(4)
BEFORE = timedelta(minutes=2)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def _ordinary_day(now: datetime) -> date:
    days = (local_date(now, "UTC") + timedelta(days=ahead) for ahead in range(1, 8))
    return next(day for day in days if day.weekday() in ORDINARY_WEEKDAYS and (day.month, day.day) != (12, 31))


def evening(now: datetime) -> datetime:
    """Tomorrow has begun at Riyadh, and not in Europe."""
    return _at(_ordinary_day(now), 21, 30)


def last_minute(now: datetime) -> datetime:
    """UTC's own day ends while the run goes on."""
    return _at(_ordinary_day(now), 23, 59)


def first_minutes(now: datetime) -> datetime:
    """It is still yesterday in the Americas."""
    return _at(_ordinary_day(now), 0, 5)


def leap_day(now: datetime) -> datetime:
    """29 February."""
    years = range(now.year, now.year + 9)
    leap_years = [year for year in years if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)]
    days = (datetime(year, 2, 29, 10, tzinfo=UTC) for year in leap_years)
    return next(instant for instant in days if instant > now)


def new_year(now: datetime) -> datetime:
    """The new year has begun at Riyadh, and not in UTC."""
    eve = datetime(now.year, 12, 31, 22, 30, tzinfo=UTC)
    return eve if eve > now else eve.replace(year=now.year + 1)


def spring_change(now: datetime) -> datetime:
    """European missions are about to lose an hour."""
    return _next_change(now, lambda before, after: after > before)


def autumn_change(now: datetime) -> datetime:
    """European missions are about to live an hour twice."""
    return _next_change(now, lambda before, after: after < before)


def _next_change(now: datetime, wanted: Callable[[timedelta, timedelta], bool]) -> datetime:
    """Two minutes before the next change of Europe's clocks in the wanted direction."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while True:
        hour += timedelta(hours=1)
        before, after = (_offset(hour - timedelta(hours=1)), _offset(hour))
        if wanted(before, after):
            return hour - BEFORE


def _offset(instant: datetime) -> timedelta:
    return instant.astimezone(EUROPE).utcoffset() or timedelta()


def hijri_month_end(now: datetime) -> datetime:
    """Years ahead, late on the last day of a Hijri month: at Riyadh the next one has begun."""
    today = local_date(now, "UTC")
    year, month = Gregorian(today.year, today.month, today.day).to_hijri().datetuple()[:2]
    last = Hijri(year + YEARS_AHEAD, month, Hijri(year + YEARS_AHEAD, month, 1).month_length())
    return _at(date(*last.to_gregorian().datetuple()), 21, 15)


INSTANTS: Mapping[str, Callable[[datetime], datetime]] = {
    "evening": evening,
    "last-minute": last_minute,
    "first-minutes": first_minutes,
    "leap-day": leap_day,
    "new-year": new_year,
    "spring-change": spring_change,
    "autumn-change": autumn_change,
    "hijri-month-end": hijri_month_end,
}
# At these two, continuous integration runs the tests marked `clock`, and a release runs the whole suite.
TWO = ("evening", "leap-day")
