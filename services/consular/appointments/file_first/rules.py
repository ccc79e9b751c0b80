"""When a file that waits in a line may expect its time: plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

# Published rule of the band: at best two of ten before it drop out, at worst three of ten times more lapse unused.
EARLY, LATE = Fraction(8, 10), Fraction(13, 10)
DAYS_OF_WEEK = 7


@dataclass(frozen=True)
class Estimate:
    """The day that is expected, between the earliest and the latest one."""

    earliest: date
    expected: date
    latest: date

    def serialise(self) -> dict[str, str]:
        """As the interface shows it."""
        return {name: getattr(self, name).isoformat() for name in ("earliest", "expected", "latest")}


def estimate(days: Sequence[tuple[date, int]], seats_a_week: int, position: int) -> Estimate | None:
    """When the file at this place (1 is first) has its time, from the free seats of the days to come.

    Behind the last day it goes on by the seats of a week. None where nothing is given at all.
    """
    if not days or (seats_a_week <= 0 and sum(seats for _, seats in days) < ceil(position * LATE)):
        return None
    needed = (ceil(position * EARLY), position, ceil(position * LATE))
    return Estimate(*(_day_of(days, seats_a_week, seats) for seats in needed))


def _day_of(days: Sequence[tuple[date, int]], seats_a_week: int, needed: int) -> date:
    """The day on which so many seats have been given."""
    given = 0
    for day, seats in days:
        given += seats
        if given >= needed:
            return day
    weeks = Fraction(needed - given, seats_a_week)
    return days[-1][0] + timedelta(days=ceil(weeks * DAYS_OF_WEEK))
