"""Days as calendars show them: weeks for a page, one event for a person's own calendar file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from shared.values.dates import local_date

# Sunday, as weeks begin where most of our people live; Monday is 0.
FIRST_WEEKDAY = 6
# Marks of direction, which pages need and calendars show.
_INVISIBLE = re.compile("[\u2066-\u2069\u200e\u200f]")


def weeks(days: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any] | None]]:
    """Rows of seven days from Sunday; None where a day is outside the range."""
    rows: list[list[Mapping[str, Any] | None]] = []
    for day in days:
        column = (date.fromisoformat(day["day"]).weekday() - FIRST_WEEKDAY) % 7
        if not rows or column == 0:
            rows.append([None] * 7)
        rows[-1][column] = day
    return rows


def weekday_of(column: int) -> date:
    """Some date with the weekday of a column, to name it by."""
    return date(2026, 11, 22) + timedelta(days=column)


def plain_text(text: str) -> str:
    """A text without marks of direction."""
    return _INVISIBLE.sub("", text)


@dataclass(frozen=True)
class Visit:
    """What an event says: when at which wall clock, what for, where."""

    reference: str
    starts_at: str
    ends_at: str
    zone: str
    title: str
    description: str
    location: str


def event(visit: Visit) -> bytes:
    """An iCalendar file (RFC 5545) with one event, by the wall clock of the mission, whose zone it describes."""
    zone = ZoneInfo(visit.zone)
    starts_at, ends_at = (
        datetime.fromisoformat(instant).astimezone(zone) for instant in (visit.starts_at, visit.ends_at)
    )
    entry = Event()
    entry.add("uid", f"{visit.reference}@mahjar")
    entry.add("dtstamp", datetime.now(UTC))
    entry.add("dtstart", starts_at)
    entry.add("dtend", ends_at)
    for name in ("title", "description", "location"):
        entry.add("summary" if name == "title" else name, plain_text(getattr(visit, name)))
    calendar = Calendar()
    calendar.add("prodid", "-//Mahjar//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    # The changes of the clock around the event; without them a calendar would guess by the zone's name.
    year = timedelta(days=366)
    first, last = local_date(starts_at - year, visit.zone), local_date(ends_at + year, visit.zone)
    calendar.add_missing_timezones(first_date=first, last_date=last)
    content: bytes = calendar.to_ical()
    return content
