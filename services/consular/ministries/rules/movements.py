"""The rules of a table of border crossings: errors, missing crossings, days inside the country."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

IN, OUT = "in", "out"
DIRECTIONS = (IN, OUT)


@dataclass(frozen=True)
class Crossing:
    """One line of the table; the day is the one the border post recorded."""

    on: date
    way: str
    point: str
    passport: str


def faults(crossings: Sequence[Crossing], born: date, today: date) -> dict[int, str]:
    """The errors by line: a crossing before birth, in the future, or earlier than the previous one."""
    errors: dict[int, str] = {}
    for index, crossing in enumerate(crossings):
        if crossing.on > today:
            errors[index] = "in_the_future"
        elif crossing.on < born:
            errors[index] = "before_birth"
        elif index and crossing.on < crossings[index - 1].on:
            errors[index] = "crossing_backwards"
    return errors


def gaps(crossings: Sequence[Crossing]) -> list[int]:
    """The lines before which a crossing is missing: two entries, or two exits, in a row."""
    return [index for index in range(1, len(crossings)) if crossings[index].way == crossings[index - 1].way]


def days_inside(crossings: Sequence[Crossing], since: date, until: date) -> dict[int, int]:
    """By year, the days of the period on which the person was inside, both ends of a stay counted.

    A day with an exit and an entry counts once. Where a crossing is missing, only the known day counts. A first exit
    means that the person was inside from the beginning, a last entry that they are inside to the end.
    """
    days = {day for first, last in stays(crossings, since, until) for day in _days(max(first, since), min(last, until))}
    days_by_year = dict.fromkeys(range(since.year, until.year + 1), 0)
    for day in days:
        days_by_year[day.year] += 1
    return days_by_year


def stays(crossings: Sequence[Crossing], since: date, until: date) -> Iterator[tuple[date, date]]:
    """First and last day of each stay inside; a stay with a missing end is the one known day."""
    for index, crossing in enumerate(crossings):
        before = crossings[index - 1] if index else None
        after = crossings[index + 1] if index + 1 < len(crossings) else None
        if crossing.way == IN and after is None:
            yield crossing.on, max(until, crossing.on)
        elif crossing.way == IN:
            yield crossing.on, after.on if after is not None and after.way == OUT else crossing.on
        elif before is None:
            yield min(since, crossing.on), crossing.on
        elif before.way == OUT:
            yield crossing.on, crossing.on


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))
