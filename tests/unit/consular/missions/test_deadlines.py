"""The ten days: counted with the first, by the calendar of the mission, whatever its clocks do meanwhile."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.consular.missions.deadlines import DAYS, day_number, is_over, last_day, reminder_days
from shared.values.dates import local_date

pytestmark = pytest.mark.clock

ZONES = {
    "Riyadh": "Asia/Riyadh",
    "Berlin": "Europe/Berlin",
    "Washington": "America/New_York",
    "Kuala Lumpur": "Asia/Kuala_Lumpur",
}
# In the middle of a year, and over both changes of the clocks in Berlin and in Washington.
FIRST_DAYS = (date(2026, 7, 7), date(2026, 3, 1), date(2026, 3, 22), date(2026, 10, 20), date(2026, 10, 28))


def test_from_the_seventh_it_runs_to_the_sixteenth() -> None:
    assert last_day(date(2022, 7, 7)) == date(2022, 7, 16)
    assert [day_number(date(2022, 7, 16), date(2022, 7, day)) for day in (7, 16, 17)] == [1, DAYS, DAYS + 1]


@pytest.mark.parametrize("first", FIRST_DAYS)
@pytest.mark.parametrize("zone", ZONES.values(), ids=ZONES)
def test_the_last_moment_of_day_ten_is_in_time_and_the_next_is_not(zone: str, first: date) -> None:
    begun = datetime(first.year, first.month, first.day, 23, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    last = last_day(local_date(begun, zone))
    midnight = first + timedelta(days=10)
    over = datetime(midnight.year, midnight.month, midnight.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert not is_over(last, local_date(over - timedelta(seconds=1), zone))
    assert is_over(last, local_date(over, zone))


def test_the_same_instant_is_another_day_elsewhere() -> None:
    instant = datetime(2026, 7, 16, 22, 0, tzinfo=UTC)
    over = {place: is_over(date(2026, 7, 16), local_date(instant, zone)) for place, zone in ZONES.items()}
    assert over == {"Riyadh": True, "Berlin": True, "Washington": False, "Kuala Lumpur": True}


def test_the_fifth_eighth_ninth_and_tenth_day_remind() -> None:
    last = last_day(date(2026, 7, 7))
    assert {day.day: left for day, left in reminder_days(last).items()} == {11: 6, 14: 3, 15: 2, 16: 1}
