"""Calculates with stays of the movement record: merges them, finds gaps, counts days by calendar year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

DAY = timedelta(days=1)
Interval = tuple[date, date | None]


@dataclass(frozen=True)
class Stay:
    """A stay in one country, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.last - self.first).days + 1


def merge(intervals: Iterable[Interval], on: date) -> list[Stay]:
    """Stays abroad in order, up to the day of assessment. Overlapping and adjacent ones are merged.

    An interval that ends before it begins is a wrong record and is left out.
    """
    bounded = sorted((first, min(last or on, on)) for first, last in intervals if first <= min(last or on, on))
    merged: list[Stay] = []
    for first, last in bounded:
        if merged and first <= merged[-1].last + DAY:
            merged[-1] = Stay(merged[-1].first, max(last, merged[-1].last))
        else:
            merged.append(Stay(first, last))
    return merged


def gaps(stays: Sequence[Stay], on: date) -> list[Stay]:
    """The days in Syria between stays, and after the last one until the day of assessment."""
    between = [Stay(stay.last + DAY, following.first - DAY) for stay, following in pairwise(stays)]
    after = [Stay(stays[-1].last + DAY, on)] if stays and stays[-1].last < on else []
    return between + after


def days_by_year(periods: Iterable[Stay]) -> dict[int, int]:
    """The number of days of the periods in each calendar year."""
    days: dict[int, int] = {}
    for period in periods:
        for year in range(period.first.year, period.last.year + 1):
            first, last = max(period.first, date(year, 1, 1)), min(period.last, date(year, 12, 31))
            days[year] = days.get(year, 0) + (last - first).days + 1
    return days
