"""New times for displaced appointments, worked out from plain values: nearest, in order, and no seat twice."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consular.appointments.calendars.rules import Free, Lost, assign
from shared.values.dates import local_date

RIYADH = ZoneInfo("Asia/Riyadh")
BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int, minute: int = 0, zone: ZoneInfo = RIYADH, month: int = 2) -> datetime:
    return datetime(2028, month, day, hour, minute, tzinfo=zone).astimezone(UTC)


def free(starts_at: datetime, seats: int) -> Free:
    return Free(starts_at, starts_at + timedelta(minutes=15), seats)


def test_the_nearest_hour_of_the_next_day_that_has_room() -> None:
    days = [[free(at(20, 9), 1)], [free(at(22, 9), 1), free(at(22, 11), 1), free(at(22, 12, 30), 1)]]
    assert assign([Lost(at(21, 12))], days, [1, 3], RIYADH) == [at(22, 12, 30)]


def test_nobody_is_moved_to_an_earlier_day() -> None:
    assert assign([Lost(at(21, 9))], [[free(at(20, 9), 5)]], [5], RIYADH) == [None]


def test_a_leap_day_is_a_day() -> None:
    assert assign([Lost(at(28, 9))], [[free(at(29, 9), 1)], [free(at(1, 9, month=3), 1)]], [1, 1], RIYADH) == [
        at(29, 9)
    ]


def test_the_same_wall_clock_on_the_other_side_of_a_change() -> None:
    before, after = at(24, 9, zone=BERLIN, month=3), at(27, 9, zone=BERLIN, month=3)
    earlier = after - timedelta(hours=1)
    assert assign([Lost(before)], [[free(earlier, 1), free(after, 1)]], [2], BERLIN) == [after]


def test_a_full_quota_leaves_the_day_out() -> None:
    days = [[free(at(22, 9), 3)], [free(at(23, 9), 3)]]
    assert assign([Lost(at(21, 9))] * 2, days, [1, 3], RIYADH) == [at(22, 9), at(23, 9)]


@given(
    lost=st.lists(st.integers(0, 20), max_size=12),
    days=st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), max_size=6),
    quota=st.integers(0, 8),
)
def test_no_seat_and_no_quota_is_given_twice(lost: list[int], days: list[list[int]], quota: int) -> None:
    base = datetime(2028, 2, 1, 6, tzinfo=UTC)
    free_times = [
        [free(base + timedelta(days=number, minutes=15 * place), seats) for place, seats in enumerate(day)]
        for number, day in enumerate(days)
    ]
    seats = {time.starts_at: time.remaining for day in free_times for time in day}
    given_times = [
        to
        for to in assign(
            [Lost(base + timedelta(days=n)) for n in sorted(lost)], free_times, [quota] * len(days), RIYADH
        )
        if to
    ]
    assert all(count <= seats[to] for to, count in Counter(given_times).items())
    by_day: Counter[date] = Counter(local_date(to, "Asia/Riyadh") for to in given_times)
    assert all(count <= quota for count in by_day.values())


@pytest.mark.parametrize("left", [[0], [1]])
def test_without_seats_nobody_is_moved(left: list[int]) -> None:
    assert assign([Lost(at(21, 9))], [[free(at(22, 9), 0)]], left, RIYADH) == [None]


def test_a_family_takes_its_time_and_those_right_after_it() -> None:
    full, gap = free(at(22, 9), 2), free(at(22, 9, 45), 3)
    day = [full, free(at(22, 9, 15), 1), free(at(22, 9, 30), 1), gap]
    assert assign([Lost(at(21, 9), 4), Lost(at(21, 9), 3), Lost(at(21, 9))], [day], [9], RIYADH) == [
        at(22, 9),
        at(22, 9, 45),
        None,
    ]


def test_a_family_larger_than_the_day_finds_nothing() -> None:
    assert assign([Lost(at(21, 9), 6)], [[free(at(22, 9), 3), free(at(22, 9, 15), 2)]], [9], RIYADH) == [None]
    assert assign([Lost(at(21, 9), 3)], [[free(at(22, 9), 3)]], [2], RIYADH) == [None]
