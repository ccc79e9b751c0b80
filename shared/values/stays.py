"""Counts days inside the country and abroad between border crossings: one rule for every document that states days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shared.values.border_days import INSIDE, rule_on

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stay:
    """A stretch of days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.last - self.first).days + 1


def first_day_inside(entered_on: date) -> date:
    """The first day that counts as inside after an entry."""
    return entered_on if rule_on(entered_on).entry_day == INSIDE else entered_on + DAY


def last_day_inside(left_on: date) -> date:
    """The last day that counts as inside before an exit."""
    return left_on if rule_on(left_on).exit_day == INSIDE else left_on - DAY


def inside(entered_on: date, left_on: date) -> Stay | None:
    """The days inside from an entry to the following exit; None where no day counts."""
    return stretch(first_day_inside(entered_on), last_day_inside(left_on))


def stretch(first: date, last: date) -> Stay | None:
    """The days between two days, both included; None where the second is the earlier one."""
    return Stay(first, last) if first <= last else None


def merge(stays: Iterable[Stay]) -> list[Stay]:
    """The same days as stretches in order that neither overlap nor touch."""
    merged: list[Stay] = []
    for stay in sorted(stays, key=lambda one: (one.first, one.last)):
        if merged and stay.first <= merged[-1].last + DAY:
            merged[-1] = Stay(merged[-1].first, max(stay.last, merged[-1].last))
        else:
            merged.append(stay)
    return merged


def days_by_year(stays: Iterable[Stay]) -> dict[int, int]:
    """The number of days of the stretches in each calendar year."""
    days: dict[int, int] = {}
    for stay in stays:
        for year in range(stay.first.year, stay.last.year + 1):
            first, last = max(stay.first, date(year, 1, 1)), min(stay.last, date(year, 12, 31))
            days[year] = days.get(year, 0) + (last - first).days + 1
    return days
