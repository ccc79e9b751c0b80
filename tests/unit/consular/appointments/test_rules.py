"""Hours and turns worked out from plain values: clocks that change, months, runs of weekdays, late or in time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.consular.appointments.rules import free_seat, is_late, month_of, overlaps, slots_of
from services.consular.data import rows_of
from services.consular.missions.rules import Hours, dates_between, week_runs
from shared.catalogue.model import SYRIA

pytestmark = pytest.mark.clock

SUNDAY_IN_MARCH, SUNDAY_IN_OCTOBER = date(2027, 3, 28), date(2027, 10, 31)


def sundays(opens: str, closes: str, minutes: int = 60, seats: int = 1, **more: object) -> Hours:
    return Hours(6, time.fromisoformat(opens), time.fromisoformat(closes), minutes, seats, "1", **more)  # type: ignore[arg-type]


def starts(hours: list[Hours], day: date, zone: str) -> list[str]:
    return [f"{slot.starts_at:%Y-%m-%dT%H:%MZ}" for slot in slots_of(hours, day, zone)]


def test_a_day_has_its_slots_by_the_clock_of_the_mission() -> None:
    found = slots_of([sundays("09:00", "10:00", 20, 3)], date(2026, 11, 29), "Asia/Riyadh")
    assert [(slot.starts_at, slot.seats) for slot in found] == [
        (datetime(2026, 11, 29, 6, minute, tzinfo=UTC), 3) for minute in (0, 20, 40)
    ]
    assert all(slot.ends_at - slot.starts_at == timedelta(minutes=20) for slot in found)


def test_a_slot_that_would_outlast_the_hours_is_not_offered() -> None:
    found = starts([sundays("09:00", "09:50", 20)], date(2026, 11, 29), "Asia/Riyadh")
    assert found == ["2026-11-29T06:00Z", "2026-11-29T06:20Z"]


def test_another_weekday_has_none() -> None:
    assert slots_of([sundays("09:00", "10:00")], date(2026, 11, 30), "Asia/Riyadh") == []


def test_nine_in_the_morning_is_another_instant_on_either_side_of_the_change() -> None:
    hours = [sundays("09:00", "10:00")]
    assert starts(hours, date(2027, 3, 21), "Europe/Berlin") == ["2027-03-21T08:00Z"]
    assert starts(hours, SUNDAY_IN_MARCH, "Europe/Berlin") == ["2027-03-28T07:00Z"]
    assert starts(hours, SUNDAY_IN_OCTOBER, "Europe/Berlin") == ["2027-10-31T08:00Z"]


def test_the_hour_that_does_not_exist_is_not_offered() -> None:
    hours = [sundays("01:00", "05:00")]
    assert starts(hours, SUNDAY_IN_MARCH, "Europe/Berlin") == [
        "2027-03-28T00:00Z",
        "2027-03-28T01:00Z",
        "2027-03-28T02:00Z",
    ]
    # In Beirut the clock jumps over midnight: the day begins at one.
    assert starts([sundays("00:00", "03:00")], SUNDAY_IN_MARCH, "Asia/Beirut") == [
        "2027-03-27T22:00Z",
        "2027-03-27T23:00Z",
    ]


def test_the_hour_that_comes_twice_is_offered_once() -> None:
    found = starts([sundays("01:00", "04:00")], SUNDAY_IN_OCTOBER, "Europe/Berlin")
    assert found == ["2027-10-30T23:00Z", "2027-10-31T00:00Z", "2027-10-31T02:00Z"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 11, 22), []), (date(2026, 11, 29), ["2026-11-29T06:00Z"]), (date(2026, 12, 6), [])],
)
def test_dated_hours_hold_from_their_first_day_until_before_their_last(day: date, expected: list[str]) -> None:
    hours = [sundays("09:00", "10:00", valid_from=date(2026, 11, 29), valid_to=date(2026, 12, 6))]
    assert starts(hours, day, "Asia/Riyadh") == expected


def test_two_rows_for_one_hour_add_their_seats() -> None:
    found = slots_of([sundays("09:00", "10:00"), sundays("09:00", "10:00", seats=2)], date(2026, 11, 29), "Asia/Riyadh")
    assert [slot.seats for slot in found] == [3]


def test_the_month_is_that_of_the_mission() -> None:
    instant = datetime(2026, 11, 30, 21, 30, tzinfo=UTC)
    assert month_of(instant, "Asia/Riyadh") == date(2026, 12, 1)
    assert month_of(instant, "America/New_York") == date(2026, 11, 1)


@pytest.mark.parametrize(("hours_before", "late"), [(25, False), (24, False), (23, True), (-1, True)])
def test_a_change_is_free_up_to_the_hours_of_the_rule(hours_before: int, late: bool) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert is_late(now + timedelta(hours=hours_before), now, 24) is late


def test_the_lowest_free_seat_is_given() -> None:
    assert free_seat([], 2) == 1
    assert free_seat([1, 3], 3) == 2
    assert free_seat([1, 2], 2) is None


def test_weekdays_are_told_in_runs_of_a_week_that_begins_on_sunday() -> None:
    assert week_runs([0, 1, 2, 3, 6]) == [(6, 3)]
    assert week_runs([6, 1, 2]) == [(6, 6), (1, 2)]
    assert week_runs([]) == []


def test_hours_overlap_only_where_weekday_clock_and_dates_do() -> None:
    known = [sundays("09:00", "11:00", valid_to=date(2027, 1, 1))]
    assert overlaps(sundays("10:00", "12:00"), known)
    assert not overlaps(sundays("11:00", "12:00"), known)
    assert not overlaps(sundays("10:00", "12:00", valid_from=date(2027, 1, 1)), known)
    assert not overlaps(Hours(0, time(9), time(11), 60, 1, "1"), known)


def test_both_ends_of_a_span_are_days_of_it() -> None:
    assert dates_between(date(2026, 2, 28), date(2026, 3, 1)) == [date(2026, 2, 28), date(2026, 3, 1)]


def test_every_mission_has_hours_on_working_days_alone_and_counters_serve_one_service_at_a_time() -> None:
    rows = rows_of("opening")
    rest = {
        row["country"]: {int(day) for day in row["days"].split()} for row in rows_of("weekend") if not row["valid_to"]
    }
    country = {row["code"]: row["country"] for row in rows_of("mission")}
    assert {row["mission"] for row in rows} == {code for code in country if country[code] != SYRIA}
    assert not [row["id"] for row in rows if int(row["weekday"]) in rest[country[row["mission"]]]]
    counters: dict[tuple[str, str], list[Hours]] = {}
    for row in rows:
        times = time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"])
        hours = Hours(int(row["weekday"]), *times, int(row["slot_minutes"]), int(row["seats"]), row["window"])
        known = counters.setdefault((row["mission"], row["window"]), [])
        assert not overlaps(hours, known), row["id"]
        known.append(hours)
