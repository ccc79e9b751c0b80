"""When a file in line may expect its time: from free seats of days to come, and by the week behind them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consular.appointments.file_first.rules import estimate

FIRST = date(2028, 2, 27)


def days(*seats: int) -> list[tuple[date, int]]:
    return [(FIRST + timedelta(days=n), count) for n, count in enumerate(seats)]


@pytest.mark.parametrize(
    ("seats", "position", "expected"),
    [
        # Over the leap day: 27 and 28 February, 29, 1 March.
        ((1, 0, 1, 2), 1, ("2028-02-27", "2028-02-27", "2028-02-29")),
        ((1, 0, 1, 2), 2, ("2028-02-29", "2028-02-29", "2028-03-01")),
        ((10, 10), 10, ("2028-02-27", "2028-02-27", "2028-02-28")),
        ((10, 10), 11, ("2028-02-27", "2028-02-28", "2028-02-28")),
        # Fourteen a week are two a day.
        ((2,), 4, ("2028-02-28", "2028-02-28", "2028-02-29")),
        ((0,), 14, ("2028-03-04", "2028-03-05", "2028-03-08")),
    ],
)
def test_the_day_on_which_its_turn_comes(seats: tuple[int, ...], position: int, expected: tuple[str, ...]) -> None:
    found = estimate(days(*seats), 14, position)
    assert found is not None
    assert tuple(found.serialise().values()) == expected


def test_where_nothing_is_given_nothing_is_said() -> None:
    assert estimate([], 14, 1) is None
    assert estimate(days(0, 0), 0, 1) is None
    assert estimate(days(1), 0, 1) is None
    assert estimate(days(2), 0, 1) is not None


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20), st.integers(1, 40), st.integers(1, 60))
def test_the_band_is_in_order_and_later_for_whoever_stands_behind(seats: list[int], week: int, position: int) -> None:
    mine, next_one = (estimate(days(*seats), week, place) for place in (position, position + 1))
    assert mine is not None and next_one is not None
    assert FIRST <= mine.earliest <= mine.expected <= mine.latest
    assert mine.expected <= next_one.expected and mine.latest <= next_one.latest
