"""Days as spreadsheets write them. Whether 03/04 is March or April is asked of a person, never guessed."""

import re
from collections.abc import Iterable
from datetime import date

from shared.values.digits import ascii_digits
from shared.values.person import strip_controls

DAY_FIRST, MONTH_FIRST = "day_first", "month_first"
ORDERS = (DAY_FIRST, MONTH_FIRST)
# Of a file whose days speak for both orders alike: whatever is answered, some of them are no days.
BOTH_ORDERS = "both"
# A booking outside of these years is a typing error, or a Hijri date.
YEARS = range(2000, 2100)
MONTHS = 12
_YEAR_FIRST = re.compile(r"([0-9]{4})([/.\-])([0-9]{1,2})\2([0-9]{1,2})")
# Day or month first. With dots it is always the day: no spreadsheet writes months first with dots.
_YEAR_LAST = re.compile(r"([0-9]{1,2})([/.\-])([0-9]{1,2})\2([0-9]{4})")
# Spreadsheets add an hour of midnight to a day: 00:00, in America 12:00:00 AM, in Arabic 12:00:00 ص.
_MIDNIGHT = re.compile(r"(?<![\sT])[\sT]+(0{1,2}:00(:00(\.0+)?)?(Z|\s?AM|\s?ص)?|12:00(:00)?\s?(AM|ص))$", re.IGNORECASE)


class Unordered(ValueError):
    """A day whose order nobody has said yet."""


def _plain(typed: str) -> str:
    """Arabic spreadsheets set a mark of direction before each slash."""
    return _MIDNIGHT.sub("", ascii_digits(strip_controls(typed)))


def evidence(texts: Iterable[str]) -> tuple[bool, str | None]:
    """Whether the order of days and months must be asked for a file, and the order that its days speak for, or both.

    A day above twelve shows the order of its row. Days first is the order that the columns' description promises, so
    it is not asked where some day shows it and none speaks against it.
    """
    day_first = month_first = ambiguous = 0
    for text in texts:
        match = _YEAR_LAST.fullmatch(_plain(text))
        if match is None or match[2] == ".":
            continue
        first, second = int(match[1]), int(match[3])
        day_first += first > MONTHS >= second
        month_first += second > MONTHS >= first
        ambiguous += first <= MONTHS and second <= MONTHS and first != second
    suggested = DAY_FIRST if day_first > month_first else MONTH_FIRST if month_first > day_first else None
    if day_first and day_first == month_first:
        suggested = BOTH_ORDERS
    return bool(month_first or (ambiguous and not day_first)), suggested


def read_day(typed: str, order: str | None) -> date:
    """The Gregorian day. Raises Unordered, or ValueError with a code (not_a_day, year_unlikely, year_of_two_digits)."""
    text = _plain(typed)
    year_first, year_last = _YEAR_FIRST.fullmatch(text), _YEAR_LAST.fullmatch(text)
    if year_first:
        year, month, day = int(year_first[1]), int(year_first[3]), int(year_first[4])
    elif year_last:
        year, month, day = _ordered(year_last, order)
    else:
        raise ValueError(
            "year_of_two_digits" if re.fullmatch(r"[0-9]{1,2}([/.\-][0-9]{1,2}){2}", text) else "not_a_day"
        )
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise ValueError("not_a_day") from error
    if found.year not in YEARS:
        raise ValueError("year_unlikely")
    return found


def _ordered(match: re.Match[str], order: str | None) -> tuple[int, int, int]:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if match[2] == "." or first == second or order == DAY_FIRST:
        return year, second, first
    if order == MONTH_FIRST:
        return year, first, second
    raise Unordered
