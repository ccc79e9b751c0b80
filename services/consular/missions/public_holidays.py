"""Computes public holidays of any year: Syria's by the rules of its decree, a host country's by the library `holidays`.

Days of the Hijri calendar are estimates by a table or the library until an authority announces them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Literal

from babel import Locale
from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter
from hijridate import Hijri

from services.consular.data import rows_of
from services.consular.missions.rules import GREGORIAN, HIJRI, HolidayRule
from shared.values.calendars import FIRST_HIJRI_YEAR, LAST_HIJRI_YEAR

EASTER_METHODS: dict[str, Literal[1, 2, 3]] = {"western_easter": EASTER_WESTERN, "eastern_easter": EASTER_ORTHODOX}
DAY = timedelta(days=1)
ENGLISH = "en_US"
# The library writes what it assumes or moves into the name: "Eid al-Fitr (estimated)", "Labor Day (observed)".
_MARKS = re.compile(r" \((observed|estimated|observed, estimated|substituted from [^)]*)\)$")


@dataclass(frozen=True)
class Holiday:
    """A holiday of one year; both days are included."""

    key: str
    first_day: date
    last_day: date
    title_ar: str
    title_en: str
    estimated: bool


def of_rule(rule: HolidayRule, years: Iterable[int]) -> Iterator[Holiday]:
    """The holidays of a rule that begin in these Gregorian years. A Hijri day may fall twice in one year, or never."""
    for year in years:
        for first in _first_days(rule, year):
            last = first + (rule.days - 1) * DAY
            yield Holiday(rule.key, first, last, rule.title_ar, rule.title_en, rule.is_estimated)


def _first_days(rule: HolidayRule, year: int) -> Iterator[date]:
    if rule.calendar in EASTER_METHODS:
        yield easter(year, EASTER_METHODS[rule.calendar])
    elif rule.month is None or rule.day is None:
        raise ValueError(f"holiday {rule.key} has no day")
    elif rule.calendar == GREGORIAN:
        yield date(year, rule.month, rule.day)
    else:
        # 33 Hijri years are 32 Gregorian ones; the estimate is off by one at most.
        middle = (year - 622) * 33 // 32
        for hijri_year in range(max(FIRST_HIJRI_YEAR, middle - 1), min(LAST_HIJRI_YEAR, middle + 2) + 1):
            day = date(*Hijri(hijri_year, rule.month, rule.day).to_gregorian().datetuple())
            if day.year == year:
                yield day


@cache
def of_country(country: str, region: str, year: int) -> tuple[Holiday, ...]:
    """The public holidays of a host country in a year, and of the region where the mission stands.

    Days that follow one another under one name are one holiday. Empty for a country or year the library does not know.
    """
    # Loaded where it is needed: the library is large, and one mission needs one country of it.
    import holidays
    from holidays.registry import EntityLoader

    # The library's own lists of countries load all of them, which takes half a second in the first request.
    if country not in EntityLoader.get_country_codes(include_aliases=False):
        return ()
    known = holidays.country_holidays(country, subdiv=region or None)
    language = ENGLISH if ENGLISH in known.supported_languages else None
    if not known.start_year <= year <= known.end_year:
        return ()
    days = holidays.country_holidays(country, subdiv=region or None, years=year, language=language)
    return tuple(_joined(country, sorted(days.items())))


def _joined(country: str, days: list[tuple[date, str]]) -> Iterator[Holiday]:
    current: Holiday | None = None
    for day, written in days:
        holiday = _holiday(country, day, written)
        if current and current.key == holiday.key and current.last_day == day - DAY:
            current = replace(current, last_day=day)
            continue
        if current:
            yield current
        current = holiday
    if current:
        yield current


def _holiday(country: str, day: date, written: str) -> Holiday:
    """One day of the library. Its own mark is not enough: it writes none where it calculates by Umm al-Qura."""
    names = [_MARKS.sub("", name) for name in written.split("; ")]
    known = [arabic_names().get(name) for name in names]
    unnamed = f"{arabic_names()['Public Holiday'].arabic} ({Locale('ar').territories[country]})"
    title_en = ", ".join(names)
    title_ar = "، ".join(name.arabic if name else unnamed for name in known)
    estimated = "estimated)" in written or any(name and name.is_hijri for name in known)
    return Holiday(re.sub(r"[^a-z0-9]+", "-", title_en.lower()).strip("-"), day, day, title_ar, title_en, estimated)


@dataclass(frozen=True)
class ArabicName:
    """The Arabic name of a holiday of the library, and whether its day is of the Hijri calendar."""

    arabic: str
    is_hijri: bool


@cache
def arabic_names() -> dict[str, ArabicName]:
    """By the English names of the library."""
    return {row["name_en"]: ArabicName(row["name_ar"], row["calendar"] == HIJRI) for row in rows_of("holiday_name")}
