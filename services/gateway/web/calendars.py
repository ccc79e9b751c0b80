"""Days as calendars show them: weeks for a page, one event for a person's own calendar file."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

# Sunday, as weeks begin where most of our people live; Monday is 0.
FIRST_WEEKDAY = 6
LINE_OCTETS = 73


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


def event(reference: str, starts_at: str, ends_at: str, title: str, description: str, location: str) -> bytes:
    """An iCalendar file (RFC 5545) with one event; instants in UTC, so that every calendar shows its own zone."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Mahjar//Turns//EN",
        "BEGIN:VEVENT",
        f"UID:{reference}@mahjar",
        f"DTSTAMP:{_utc(datetime.now(UTC).isoformat())}",
        f"DTSTART:{_utc(starts_at)}",
        f"DTEND:{_utc(ends_at)}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(description)}",
        f"LOCATION:{_escaped(location)}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _utc(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    plain = re.sub("[\u2066-\u2069\u200e\u200f]", "", text)
    return re.sub(r"([\\;,])", r"\\\1", plain).replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets, never cut within a character; a continued line begins with a space."""
    parts, octets = [""], 0
    for sign in line:
        size = len(sign.encode())
        if octets + size > LINE_OCTETS:
            parts.append("")
            octets = 0
        parts[-1] += sign
        octets += size
    return "\r\n ".join(parts)
