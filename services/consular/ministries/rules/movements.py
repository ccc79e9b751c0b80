"""The rules of a table of border crossings: errors, missing crossings, days inside the country."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from shared.values import border_days
from shared.values.border_days import BorderDays
from shared.values.stays import Stay, days_by_year, first_day_inside, inside, last_day_inside, merge, stretch

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
    """By year, the days of the period on which the person was inside, by the rules about days of crossings.

    A day with an exit and an entry counts once. Where a crossing is missing, only the known day counts. A first exit
    means that the person was inside from the beginning, a last entry that they are inside to the end.
    """
    of_period = (stretch(max(stay.first, since), min(stay.last, until)) for stay in stays(crossings, since, until))
    return dict.fromkeys(range(since.year, until.year + 1), 0) | days_by_year(merge(stay for stay in of_period if stay))


def stays(crossings: Sequence[Crossing], since: date, until: date) -> Iterator[Stay]:
    """The days of each stay inside; a stay with a missing end has the one known day."""
    for index, crossing in enumerate(crossings):
        before = crossings[index - 1] if index else None
        after = crossings[index + 1] if index + 1 < len(crossings) else None
        stay = _after_entry(crossing, after, until) if crossing.way == IN else _before_exit(crossing, before, since)
        if stay is not None:
            yield stay


def _after_entry(entry: Crossing, after: Crossing | None, until: date) -> Stay | None:
    if after is None:
        return stretch(first_day_inside(entry.on), max(until, entry.on))
    return inside(entry.on, after.on) if after.way == OUT else stretch(first_day_inside(entry.on), entry.on)


def _before_exit(leaving: Crossing, before: Crossing | None, since: date) -> Stay | None:
    """None where the stay is counted from its entry."""
    if before is not None and before.way == IN:
        return None
    first = min(since, leaving.on) if before is None else leaving.on
    return stretch(first, last_day_inside(leaving.on))


def counting_rules(crossings: Sequence[Crossing], since: date) -> list[BorderDays]:
    """The rules by which the days of the crossings are counted; without any, the one of the period's first day."""
    return border_days.rules_for([crossing.on for crossing in crossings] or [since])
