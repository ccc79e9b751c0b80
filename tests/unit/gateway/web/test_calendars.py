"""The month a page shows, and the file a person keeps: weeks, folded lines, signs that would end a value."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar, Component

from services.gateway.web.calendars import Visit, event, weekday_of, weeks

pytestmark = pytest.mark.clock


def test_weeks_begin_on_sunday_and_leave_out_what_is_not_shown() -> None:
    rows = weeks({"day": f"2026-12-{day:02d}"} for day in range(3, 9))
    assert [[each["day"][8:] if each else "" for each in row] for row in rows] == [
        ["", "", "", "", "03", "04", "05"],
        ["06", "07", "08", "", "", "", ""],
    ]
    assert [weekday_of(column).weekday() for column in (0, 1, 6)] == [6, 0, 5]


def visit(zone: str = "Asia/Riyadh", title: str = "T", starts_at: str = "2026-12-22T06:00:00+00:00") -> Visit:
    ends_at = (datetime.fromisoformat(starts_at) + timedelta(minutes=15)).isoformat()
    return Visit("RUH-1", starts_at, ends_at, zone, title, "a,b", "P")


def read_event(visit: Visit) -> tuple[Component, Component]:
    """The event as a calendar program reads it, and the zone beside it."""
    calendar = Calendar.from_ical(event(visit))
    (entry,), (zone,) = calendar.walk("VEVENT"), calendar.walk("VTIMEZONE")
    return entry, zone


def test_an_event_stands_by_the_clock_of_the_mission() -> None:
    lines = event(visit()).decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART;TZID=Asia/Riyadh:20261222T090000" in lines and "DTEND;TZID=Asia/Riyadh:20261222T091500" in lines
    assert "TZID:Asia/Riyadh" in lines and "UID:RUH-1@mahjar" in lines


@pytest.mark.parametrize(
    "starts_at",
    [
        # The hours before and after Berlin's clocks change, both ways; a leap day; the end of a year.
        *("2027-03-28T00:45:00+00:00", "2027-03-28T01:00:00+00:00"),
        # Of the two equal hours in October only the first has appointments.
        *("2027-10-31T00:45:00+00:00", "2027-10-31T02:15:00+00:00"),
        *("2028-02-29T08:00:00+00:00", "2026-12-31T22:50:00+00:00"),
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Beirut", "America/Caracas", "Asia/Kolkata"])
def test_a_calendar_reads_the_same_instant_in_every_zone(zone: str, starts_at: str) -> None:
    entry, described = read_event(visit(zone, starts_at=starts_at))
    begins: Any = entry["dtstart"]
    assert begins.dt.astimezone(UTC) == datetime.fromisoformat(starts_at)
    assert described["tzid"] == zone


def test_lines_are_folded_between_signs_and_nothing_ends_a_value_early() -> None:
    long = "حجز دور بالسفارة، بعثة الرياض; " * 6 + "\u2068x\u2069\nنهاية\\"
    content = event(visit(title=long))
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    entry, _ = read_event(visit(title=long))
    assert entry["summary"] == long.replace("\u2068", "").replace("\u2069", "")
    assert entry["description"] == "a,b"
