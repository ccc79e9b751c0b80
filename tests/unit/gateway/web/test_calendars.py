"""The month a page shows, and the file a person keeps: weeks, folded lines, signs that would end a value."""

import pytest

from services.gateway.web.calendars import event, weekday_of, weeks

pytestmark = pytest.mark.clock


def test_weeks_begin_on_sunday_and_leave_out_what_is_not_shown() -> None:
    rows = weeks({"day": f"2026-12-{day:02d}"} for day in range(3, 9))
    assert [[each["day"][8:] if each else "" for each in row] for row in rows] == [
        ["", "", "", "", "03", "04", "05"],
        ["06", "07", "08", "", "", "", ""],
    ]
    assert [weekday_of(column).weekday() for column in (0, 1, 6)] == [6, 0, 5]


def test_an_event_is_a_calendar_file_in_utc() -> None:
    lines = (
        event("RUH-1", "2026-12-22T09:00:00+03:00", "2026-12-22T06:15:00+00:00", "T", "S", "P").decode().split("\r\n")
    )
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART:20261222T060000Z" in lines and "DTEND:20261222T061500Z" in lines
    assert "UID:RUH-1@mahjar" in lines


def test_lines_are_folded_between_signs_and_nothing_ends_a_value_early() -> None:
    long = "حجز دور بالسفارة، بعثة الرياض; " * 6 + "\u2068x\u2069\nنهاية\\"
    content = event("R", "2026-12-22T06:00:00+00:00", "2026-12-22T06:15:00+00:00", long, "a,b", "P")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    unfolded = content.decode().replace("\r\n ", "")
    summary = next(line for line in unfolded.split("\r\n") if line.startswith("SUMMARY:"))
    assert summary == "SUMMARY:" + long.replace("\u2068", "").replace("\u2069", "").replace("\\", "\\\\").replace(
        ";", "\\;"
    ).replace("\n", "\\n")
    assert "DESCRIPTION:a\\,b" in unfolded
