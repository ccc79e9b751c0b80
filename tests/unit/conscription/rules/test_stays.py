"""Movement records as they come: overlapping, touching, backwards, open, over new year and leap days."""

from datetime import date

import pytest

from services.conscription.rules.stays import Interval, days_abroad, gaps, journeys
from shared.values.stays import Stay, days_by_year

pytestmark = pytest.mark.clock

ON = date(2024, 12, 31)


def d(text: str) -> date:
    return date.fromisoformat(text)


def stay(first: str, last: str) -> Stay:
    return Stay(d(first), d(last))


@pytest.mark.parametrize(
    ("intervals", "abroad"),
    [
        ([], []),
        # The day of exit and the day of return are days in Syria.
        ([(d("2024-01-01"), d("2024-01-10"))], [stay("2024-01-02", "2024-01-09")]),
        ([(d("2024-01-01"), d("2024-01-03"))], [stay("2024-01-02", "2024-01-02")]),
        ([(d("2024-01-01"), d("2024-01-02"))], []),
        ([(d("2024-01-01"), d("2024-01-01"))], []),
        # Records that overlap are of one journey.
        ([(d("2024-01-01"), d("2024-01-10")), (d("2024-01-05"), d("2024-01-20"))], [stay("2024-01-02", "2024-01-19")]),
        ([(d("2024-01-01"), d("2024-01-20")), (d("2024-01-05"), d("2024-01-10"))], [stay("2024-01-02", "2024-01-19")]),
        ([(d("2024-01-01"), None), (d("2024-01-05"), d("2024-01-10"))], [stay("2024-01-02", "2024-12-31")]),
        # Home for a day, or for two.
        (
            [(d("2024-01-01"), d("2024-01-10")), (d("2024-01-10"), d("2024-01-20"))],
            [stay("2024-01-02", "2024-01-09"), stay("2024-01-11", "2024-01-19")],
        ),
        (
            [(d("2024-02-01"), d("2024-02-28")), (d("2024-02-29"), d("2024-03-03"))],
            [stay("2024-02-02", "2024-02-27"), stay("2024-03-01", "2024-03-02")],
        ),
        ([(d("2024-06-01"), d("2024-05-31"))], []),
        ([(d("2024-12-01"), None)], [stay("2024-12-02", "2024-12-31")]),
        ([(d("2024-12-31"), None)], []),
        ([(d("2025-01-01"), None)], []),
        ([(d("2024-12-01"), d("2030-01-01"))], [stay("2024-12-02", "2024-12-31")]),
        ([(d("2024-12-01"), d("2024-12-31"))], [stay("2024-12-02", "2024-12-30")]),
    ],
)
def test_intervals_are_joined_bounded_and_counted(intervals: list[Interval], abroad: list[Stay]) -> None:
    assert days_abroad(intervals, ON) == abroad
    assert days_abroad(list(reversed(intervals)), ON) == abroad


def test_who_was_born_abroad_did_not_leave_on_that_day() -> None:
    born = d("2024-01-01")
    assert days_abroad([(born, d("2024-01-10"))], ON, born) == [stay("2024-01-01", "2024-01-09")]
    assert days_abroad([(d("2023-12-31"), None)], ON, born) == [stay("2023-12-31", "2024-12-31")]
    assert days_abroad([(d("2024-01-02"), None)], ON, born) == [stay("2024-01-03", "2024-12-31")]


def test_a_return_that_is_still_to_come_is_none() -> None:
    assert journeys([(d("2024-12-01"), d("2030-01-01"))], ON) == [(d("2024-12-01"), None)]


def test_the_days_of_a_leap_year_add_up() -> None:
    assert days_by_year([stay("2023-12-31", "2025-01-01")]) == {2023: 1, 2024: 366, 2025: 1}
    assert days_by_year([stay("2023-02-28", "2023-03-01"), stay("2024-02-28", "2024-03-01")]) == {2023: 2, 2024: 3}


def test_a_gap_is_every_day_that_does_not_count_as_abroad() -> None:
    stays = days_abroad([(d("2024-01-01"), d("2024-02-28")), (d("2024-03-01"), d("2024-12-30"))], ON)
    assert gaps(stays, ON) == [stay("2024-02-28", "2024-03-01"), stay("2024-12-30", "2024-12-31")]
    assert gaps([], ON) == []
