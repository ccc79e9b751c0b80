"""Movement records as they come: overlapping, touching, backwards, open, over new year and leap days."""

from datetime import date

import pytest

from services.conscription.rules.stays import Interval, Stay, days_by_year, gaps, merge

pytestmark = pytest.mark.clock

ON = date(2024, 12, 31)


def d(text: str) -> date:
    return date.fromisoformat(text)


def stay(first: str, last: str) -> Stay:
    return Stay(d(first), d(last))


@pytest.mark.parametrize(
    ("intervals", "merged"),
    [
        ([], []),
        ([(d("2024-01-01"), d("2024-01-10")), (d("2024-01-05"), d("2024-01-20"))], [stay("2024-01-01", "2024-01-20")]),
        ([(d("2024-01-01"), d("2024-01-20")), (d("2024-01-05"), d("2024-01-10"))], [stay("2024-01-01", "2024-01-20")]),
        ([(d("2024-01-01"), d("2024-01-10")), (d("2024-01-11"), d("2024-01-20"))], [stay("2024-01-01", "2024-01-20")]),
        ([(d("2024-02-01"), d("2024-02-28")), (d("2024-02-29"), d("2024-03-01"))], [stay("2024-02-01", "2024-03-01")]),
        # A leap day between them is a day in Syria; in another year the same ends touch.
        (
            [(d("2024-02-01"), d("2024-02-28")), (d("2024-03-01"), d("2024-03-05"))],
            [stay("2024-02-01", "2024-02-28"), stay("2024-03-01", "2024-03-05")],
        ),
        ([(d("2023-02-01"), d("2023-02-28")), (d("2023-03-01"), d("2023-03-05"))], [stay("2023-02-01", "2023-03-05")]),
        ([(d("2024-06-01"), d("2024-05-31"))], []),
        ([(d("2024-12-01"), None)], [stay("2024-12-01", "2024-12-31")]),
        ([(d("2024-12-31"), None)], [stay("2024-12-31", "2024-12-31")]),
        ([(d("2025-01-01"), None)], []),
        ([(d("2024-12-01"), d("2030-01-01"))], [stay("2024-12-01", "2024-12-31")]),
    ],
)
def test_intervals_are_joined_and_bounded(intervals: list[Interval], merged: list[Stay]) -> None:
    assert merge(intervals, ON) == merged
    assert merge(reversed(intervals), ON) == merged


def test_the_days_of_a_leap_year_add_up() -> None:
    assert days_by_year([stay("2023-12-31", "2025-01-01")]) == {2023: 1, 2024: 366, 2025: 1}
    assert days_by_year([stay("2023-02-28", "2023-03-01"), stay("2024-02-28", "2024-03-01")]) == {2023: 2, 2024: 3}


def test_a_gap_is_every_day_between_two_stays_and_after_the_last() -> None:
    stays = merge([(d("2024-01-01"), d("2024-02-28")), (d("2024-03-01"), d("2024-12-30"))], ON)
    assert gaps(stays, ON) == [stay("2024-02-29", "2024-02-29"), stay("2024-12-31", "2024-12-31")]
    assert gaps([], ON) == []
