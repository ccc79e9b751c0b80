"""Whether the day of an exit and the day of an entry count as days inside the country: dated rows with their source.

No text that says so was found. Movement statements count both days as inside, so whoever counts days abroad does too.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

ROWS = Path(__file__).parent / "data" / "border_days.csv"
INSIDE, ABROAD = "inside", "abroad"
SIDES = (INSIDE, ABROAD)


@dataclass(frozen=True)
class BorderDays:
    """The rule from a day on. Its words are `border_days.<exit_day>.<entry_day>`."""

    valid_from: date
    exit_day: str
    entry_day: str
    source: str
    certainty: str

    @property
    def code(self) -> str:
        return f"{self.exit_day}.{self.entry_day}"


@lru_cache
def rules() -> tuple[BorderDays, ...]:
    """Every row, the oldest first."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        rows = [_rule(row) for row in csv.DictReader(file)]
    return tuple(sorted(rows, key=lambda row: row.valid_from))


def _rule(row: dict[str, str]) -> BorderDays:
    first_day = date.fromisoformat(row["valid_from"])
    if row["exit_day"] not in SIDES or row["entry_day"] not in SIDES:
        raise ValueError(f"{ROWS.name}: a day counts as inside or as abroad, in the row of {first_day}")
    return BorderDays(first_day, row["exit_day"], row["entry_day"], row["source"], row["certainty"])


def rule_on(day: date) -> BorderDays:
    """The row in force on the day of a crossing; on a day before the oldest row that row counts."""
    return next((row for row in reversed(rules()) if row.valid_from <= day), rules()[0])


def rules_for(crossings: Iterable[date]) -> list[BorderDays]:
    """The rows by which these crossings are counted, the oldest first."""
    applied = {rule_on(day) for day in crossings}
    return [row for row in rules() if row in applied]
