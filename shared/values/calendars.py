"""Dates as people type them, in the Gregorian calendar or the Hijri one of Umm al-Qura; kept as Gregorian days."""

import re
from dataclasses import dataclass
from datetime import date

from shared.values.digits import ascii_digits

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 1, 1)
# The years of the published Umm al-Qura tables (Umm al-Qura newspaper and KACST, as hijridate keeps them).
FIRST_HIJRI_YEAR, LAST_HIJRI_YEAR = 1343, 1500
MONTHS = 12
# Told apart by its ending: 1447-01-30 AH. A date without one is Gregorian.
HIJRI = " AH"
_TYPED = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(| AH)")


@dataclass(frozen=True)
class Day:
    """A day, and how it was written if that was in the Hijri calendar (1447-01-30), else None."""

    gregorian: date
    hijri: str | None = None


def read_date(text: str) -> Day:
    """The day meant by year-month-day, or year-month-day AH, in any accepted digits.

    Raises ValueError whose text is a code: not_a_date, month_unknown, day_not_in_month, hijri_month_of_29,
    hijri_out_of_table, year_looks_hijri, year_looks_gregorian, out_of_range.
    """
    match = _TYPED.fullmatch(ascii_digits(text))
    if not match:
        raise ValueError("not_a_date")
    year, month, day = (int(part) for part in match.groups()[:3])
    if not 1 <= month <= MONTHS:
        raise ValueError("month_unknown")
    if match[4] == HIJRI:
        return Day(to_gregorian(year, month, day), f"{year:04}-{month:02}-{day:02}")
    return Day(_gregorian(year, month, day))


def _gregorian(year: int, month: int, day: int) -> date:
    if FIRST_HIJRI_YEAR <= year <= LAST_HIJRI_YEAR:
        raise ValueError("year_looks_hijri")
    try:
        day_found = date(year, month, day)
    except ValueError as error:
        raise ValueError("day_not_in_month" if year else "out_of_range") from error
    if not EARLIEST <= day_found < LATEST:
        raise ValueError("out_of_range")
    return day_found


def to_gregorian(year: int, month: int, day: int) -> date:
    """The Gregorian day of a Hijri date, by the table of its month. Raises ValueError with a code, as read_date."""
    if EARLIEST.year <= year < LATEST.year:
        raise ValueError("year_looks_gregorian")
    if not FIRST_HIJRI_YEAR <= year <= LAST_HIJRI_YEAR:
        raise ValueError("hijri_out_of_table")
    # Loaded where it is needed: most requests never see a Hijri date.
    from hijridate import Hijri

    length = Hijri(year, month, 1).month_length()
    if not 1 <= day <= length:
        raise ValueError("hijri_month_of_29" if day == length + 1 == 30 else "day_not_in_month")
    return date(*Hijri(year, month, day).to_gregorian().datetuple())
