"""Plain values of a mission's calendar: opening hours, and the days of a span."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta

GREGORIAN, HIJRI = "gregorian", "hijri"


@dataclass(frozen=True)
class Hours:
    """One row of the opening hours: every such weekday, by the wall clock of the mission."""

    weekday: int
    opens: time
    closes: time
    slot_minutes: int
    seats: int
    window: str
    valid_from: date = date.min
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the row applies to this day; `valid_to` is the first day on which it does not."""
        return day.weekday() == self.weekday and self.valid_from <= day and (not self.valid_to or day < self.valid_to)


@dataclass(frozen=True)
class HolidayRule:
    """A holiday of the decree: a day of a calendar, or Easter by one of two, and how many days it lasts."""

    key: str
    calendar: str
    month: int | None
    day: int | None
    days: int
    title_ar: str
    title_en: str

    @property
    def is_estimated(self) -> bool:
        """Whether the day is announced after a sighting of the moon."""
        return self.calendar == HIJRI


def dates_between(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def week_runs(weekdays: Iterable[int], first: int = 6) -> list[tuple[int, int]]:
    """Weekdays as runs of neighbours in a week that begins on `first` (Monday is 0): 6,0,1,2,3 is one run (6, 3)."""
    offsets = sorted((day - first) % 7 for day in set(weekdays))
    runs: list[list[int]] = []
    for offset in offsets:
        if runs and offset == runs[-1][1] + 1:
            runs[-1][1] = offset
        else:
            runs.append([offset, offset])
    return [((start + first) % 7, (end + first) % 7) for start, end in runs]
