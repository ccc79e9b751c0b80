"""The eight instants are what they are called, whenever they are computed."""

from datetime import UTC, datetime, timedelta

import pytest
from hijridate import Gregorian

from shared.values.dates import local_date
from tests.clock.instants import EUROPE, INSTANTS, TWO, YEARS_AHEAD

pytestmark = pytest.mark.clock

RIYADH = "Asia/Riyadh"
NOW = [
    datetime(2026, 11, 29, 6, 20, tzinfo=UTC),
    datetime(2027, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 59, tzinfo=UTC),
    datetime(2031, 10, 26, 0, 30, tzinfo=UTC),
]


@pytest.mark.parametrize("now", NOW, ids=str)
def test_all_eight_lie_ahead_and_are_what_they_are_called(now: datetime) -> None:
    at = {name: instant(now) for name, instant in INSTANTS.items()}
    assert len(at) == 8 and set(TWO) <= set(at)
    assert all(instant > now for instant in at.values()), at
    days = [
        local_date(at[name], RIYADH) - local_date(at[name], "UTC") for name in ("evening", "last-minute", "new-year")
    ]
    assert days == [timedelta(days=1)] * 3
    assert (at["evening"].hour, at["evening"].minute) == (21, 30)
    assert (at["last-minute"] + timedelta(minutes=1)).hour == 0
    assert (at["first-minutes"].hour, at["first-minutes"].minute) == (0, 5)
    assert (at["leap-day"].month, at["leap-day"].day) == (2, 29)
    assert local_date(at["new-year"], RIYADH).year == at["new-year"].year + 1


@pytest.mark.parametrize("now", NOW, ids=str)
def test_europe_changes_its_clocks_within_minutes(now: datetime) -> None:
    for name, hours in (("spring-change", 1), ("autumn-change", -1)):
        instant = INSTANTS[name](now)
        soon = instant + timedelta(minutes=5)
        moved = [each.astimezone(EUROPE).utcoffset() or timedelta() for each in (instant, soon)]
        assert moved[1] - moved[0] == timedelta(hours=hours)


@pytest.mark.parametrize("now", NOW, ids=str)
def test_a_hijri_month_ends_years_ahead(now: datetime) -> None:
    instant = INSTANTS["hijri-month-end"](now)
    here, there = local_date(instant, "UTC"), local_date(instant, RIYADH)
    months = [Gregorian(day.year, day.month, day.day).to_hijri() for day in (here, there)]
    assert months[1].day == 1 and months[0].month != months[1].month
    today = Gregorian(now.year, now.month, now.day).to_hijri()
    assert months[0].year == today.year + YEARS_AHEAD
