"""How long documents are good for: dated rows of `data/validity.csv` with their source, and the kinds without a row."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from shared.i18n import CASES, Language
from shared.values.dates import add_months

ROWS = Path(__file__).parent / "data" / "validity.csv"
# Kinds that never expire: they say what happened, or what was decided for good.
ENDLESS = frozenset(
    {
        "cash-allowance-discharge",
        "missed-service-clearance",
        "reserve-allowance-exemption",
        "receipt",
        "payout-slip",
        "deposit-slip",
        "passport-slip",
        "ministry-letter",
        "ministry-reminder",
    }
)
# Kinds whose last day is decided for each document: the end of a deferral, the term of a booklet, the day of an
# appointment.
DECIDED_EACH_TIME = frozenset({"residence-deferral", "passport-page", "turn-slip"})


@dataclass(frozen=True)
class Lifetime:
    """How long a kind of document is good for, counted from its first day: whole months, then days."""

    kind: str
    months: int
    days: int
    valid_from: date
    source: str
    certainty: str

    def ends(self, first_day: date) -> date:
        return add_months(first_day, self.months) + timedelta(days=self.days)


@lru_cache
def lifetimes() -> tuple[Lifetime, ...]:
    """Every row, the oldest first."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        rows = [
            Lifetime(
                row["kind"],
                int(row["months"]),
                int(row["days"]),
                date.fromisoformat(row["valid_from"]),
                row["source"],
                row["certainty"],
            )
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(rows, key=lambda row: row.valid_from))


def lifetime(kind: str, day: date) -> Lifetime | None:
    """The row in force on a day; None for a kind that has none."""
    return next((row for row in reversed(lifetimes()) if row.kind == kind and row.valid_from <= day), None)


def expires_on(kind: str, first_day: date) -> date | None:
    """The last day of a document, by the row in force on its first day; None for a kind that has none."""
    row = lifetime(kind, first_day)
    return row.ends(first_day) if row else None


def is_stated_in(tongue: Language, key: str) -> bool:
    """Whether a text states how long a document is good for."""
    return any("{valid_" in form for form in tongue.texts.get(key, ()))


@lru_cache
def placeholders(tongue: Language, day: date) -> Mapping[str, str]:
    """What texts that state a validity have in braces: `{valid_criminal_record}` is "3 months" on that day.

    `{valid_criminal_record_genitive}` and `_accusative` are the same by another role in the sentence.
    On a day before the oldest row of a kind that row counts.
    """
    oldest_last = sorted(lifetimes(), key=lambda row: row.valid_from, reverse=True)
    rows = {row.kind: lifetime(row.kind, day) or row for row in oldest_last}
    return {
        f"valid_{kind.replace('-', '_')}{ending}": in_words(tongue, row, ending.replace("_", "."))
        for kind, row in rows.items()
        for ending in ("", *(f"_{case}" for case in CASES))
    }


def in_words(tongue: Language, row: Lifetime, ending: str = "") -> str:
    """A lifetime as a text says it, in the plural form that the language asks for, and the case its key ends with."""
    months, days = (
        tongue.plural(f"{key}{ending}", n) for key, n in (("count.months", row.months), ("count.days", row.days))
    )
    if row.months and row.days:
        return tongue.text("count.months_and_days", months=months, days=days)
    return months if row.months else days
