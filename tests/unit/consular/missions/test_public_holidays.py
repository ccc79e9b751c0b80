"""Holidays of any year: the decree's days by their calendars, and those of every host country, named in Arabic."""

import csv
from datetime import date
from pathlib import Path

import holidays
import pytest

from services.consular.data import FOLDER, rows_of
from services.consular.missions.public_holidays import arabic_names, of_country, of_rule
from services.consular.missions.rules import HolidayRule
from shared.catalogue.model import SYRIA

pytestmark = pytest.mark.clock

YEARS = range(2026, 2036)
# Where the working list of missions says otherwise than the library, which knows no weekend of Libya, has the one of
# Mauritania before 2014, and counts neither Iran's Thursday nor the Saturday of the embassies in Caracas.
WEEKEND_BY_THE_LIST = {"LY", "MR", "IR", "VE"}


def rule(key: str) -> HolidayRule:
    row = next(row for row in rows_of("holiday_rule") if row["id"] == key)
    month, day = (int(row[name]) if row[name] else None for name in ("month", "day"))
    return HolidayRule(key, row["calendar"], month, day, int(row["days"]), row["title_ar"], row["title_en"])


def days(key: str, year: int) -> list[tuple[str, int]]:
    return [
        (found.first_day.isoformat(), (found.last_day - found.first_day).days + 1)
        for found in of_rule(rule(key), [year])
    ]


@pytest.mark.parametrize(
    ("key", "year", "expected"),
    [
        ("easter-western", 2027, [("2027-03-28", 1)]),
        ("easter-eastern", 2027, [("2027-05-02", 1)]),
        ("easter-western", 2028, [("2028-04-16", 1)]),
        ("easter-eastern", 2028, [("2028-04-16", 1)]),
        ("easter-western", 2038, [("2038-04-25", 1)]),
        ("easter-eastern", 2100, [("2100-05-02", 1)]),
        ("easter-western", 2100, [("2100-03-28", 1)]),
        ("eid-al-fitr", 2027, [("2027-03-09", 3)]),
        ("eid-al-adha", 2027, [("2027-05-16", 4)]),
        ("hijri-new-year", 2025, [("2025-06-26", 1)]),
        ("birthday-of-the-prophet", 2028, [("2028-08-03", 1)]),
        ("liberation-day", 2031, [("2031-12-08", 1)]),
        # A Hijri year is eleven days shorter, so a holiday may come twice in one of ours.
        ("eid-al-fitr", 2033, [("2033-01-02", 3), ("2033-12-23", 3)]),
    ],
)
def test_a_rule_gives_its_day_in_any_year(key: str, year: int, expected: list[tuple[str, int]]) -> None:
    assert days(key, year) == expected


def test_every_day_that_the_decree_names_has_a_rule_and_no_other() -> None:
    assert {row["id"] for row in rows_of("holiday_rule") if row["source"].startswith("Decree 188/2025")} == {
        *("new-year", "mothers-day", "anniversary-of-the-revolution", "evacuation-day", "labour-day", "liberation-day"),
        *("christmas-day", "easter-western", "easter-eastern"),
        *("eid-al-fitr", "eid-al-adha", "hijri-new-year", "birthday-of-the-prophet"),
    }


def test_nowruz_is_a_holiday_since_the_decree_of_january_2026() -> None:
    """Decree 13/2026, art. 5: 21 March, paid and official in the whole republic."""
    (row,) = (row for row in rows_of("holiday_rule") if not row["source"].startswith("Decree 188/2025"))
    assert (row["id"], row["valid_from"], row["source"]) == ("nowruz", "2026-01-16", "Decree 13/2026, art. 5")
    assert days("nowruz", 2027) == [("2027-03-21", 1)]


@pytest.mark.parametrize(
    ("year", "western", "eastern"),
    [
        (2026, "2026-04-05", "2026-04-12"),
        (2027, "2027-03-28", "2027-05-02"),
        (2028, "2028-04-16", "2028-04-16"),
        (2029, "2029-04-01", "2029-04-08"),
        (2030, "2030-04-21", "2030-04-28"),
        (2031, "2031-04-13", "2031-04-13"),
        (2032, "2032-03-28", "2032-05-02"),
    ],
)
def test_both_easters_of_the_next_years(year: int, western: str, eastern: str) -> None:
    """Worked out by the rules of Meeus, apart from the library."""
    assert (days("easter-western", year), days("easter-eastern", year)) == ([(western, 1)], [(eastern, 1)])


@pytest.mark.parametrize("year", range(2026, 2076))
def test_both_easters_are_sundays_of_spring_and_the_eastern_is_never_first(year: int) -> None:
    western, eastern = (next(of_rule(rule(f"easter-{which}"), [year])) for which in ("western", "eastern"))
    assert western.first_day.weekday() == eastern.first_day.weekday() == 6
    assert date(year, 3, 22) <= western.first_day <= eastern.first_day <= date(year, 5, 10)
    assert not western.estimated


def test_days_of_the_hijri_calendar_are_estimates() -> None:
    assert next(of_rule(rule("eid-al-adha"), [2027])).estimated
    assert all(found.estimated for found in of_country("SA", "", 2027) if "Eid" in found.title_en)
    assert not any(found.estimated for found in of_country("DE", "BE", 2027))


@pytest.mark.parametrize(
    ("country", "region", "day", "closed"),
    [
        ("DE", "BE", "2027-03-08", True),
        ("DE", "NW", "2027-03-08", False),
        ("DE", "NW", "2027-11-01", True),
        ("DE", "BE", "2027-11-01", False),
        ("DE", "NW", "2027-05-27", True),
        ("GB", "ENG", "2027-08-30", True),
        ("CH", "GE", "2027-09-09", True),
        ("TR", "", "2027-10-29", True),
        ("SE", "", "2027-06-26", True),
        ("CA", "QC", "2027-06-24", True),
    ],
)
def test_a_host_country_keeps_the_days_of_its_region(country: str, region: str, day: str, closed: bool) -> None:
    wanted = date.fromisoformat(day)
    found = [one for one in of_country(country, region, wanted.year) if one.first_day <= wanted <= one.last_day]
    assert bool(found) == closed


def test_every_mission_has_the_calendar_of_its_country_with_days_in_every_year() -> None:
    calendars = {row["mission"]: row for row in rows_of("host_calendar")}
    abroad = [mission for mission in rows_of("mission") if mission["country"] != SYRIA]
    for mission in abroad:
        row = calendars[mission["code"]]
        assert row["country"] == mission["country"]
        assert all(len(of_country(row["country"], row["region"], year)) >= 4 for year in YEARS), mission["code"]
    assert len(calendars) == len(abroad) >= 59


def test_every_name_of_the_library_has_an_arabic_one() -> None:
    places = {(row["country"], row["region"]) for row in rows_of("host_calendar")}
    titles = {found.title_ar for place in places for year in YEARS for found in of_country(*place, year)}
    assert len(titles) > 150
    assert not [title for title in titles if any("a" <= letter.lower() <= "z" for letter in title)]
    assert not [title for title in titles if title.startswith(f"{arabic_names()['Public Holiday'].arabic} (")]


def test_a_holiday_without_an_arabic_name_says_whose_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = dict(arabic_names())
    del listed["German Unity Day"]
    monkeypatch.setattr("services.consular.missions.public_holidays.arabic_names", lambda: listed)
    found = {one.title_ar for one in of_country.__wrapped__("DE", "BE", 2027)}
    assert "عطلة رسمية (ألمانيا)" in found


@pytest.mark.parametrize(("country", "year"), [("XX", 2027), ("DE", 2200)])
def test_what_the_library_does_not_know_is_no_holiday(country: str, year: int) -> None:
    assert of_country(country, "", year) == ()


WEEKENDS = rows_of("weekend")


def weekend_on(country: str, day: date) -> set[int]:
    rows = [row for row in WEEKENDS if row["country"] == country]
    found = [
        row
        for row in rows
        if date.fromisoformat(row["valid_from"]) <= day
        and (not row["valid_to"] or day < date.fromisoformat(row["valid_to"]))
    ]
    assert len(found) == 1, (country, day)
    return set(map(int, found[0]["days"].split()))


def test_each_country_of_a_mission_has_one_weekend_on_each_day_and_the_one_the_library_knows() -> None:
    countries = {row["country"] for row in rows_of("mission")}
    assert countries == {row["country"] for row in WEEKENDS}
    days = [date(year, month, 1) for year in range(2010, 2036) for month in (1, 7)]
    differing = {
        country
        for country in countries
        for calendar in (holidays.country_holidays(country),)
        if any(weekend_on(country, day) != set(map(int, calendar._get_weekend(day))) for day in days)
    }
    assert differing == WEEKEND_BY_THE_LIST


@pytest.mark.parametrize(
    ("country", "day", "rests"),
    [
        # The Emirates moved from Friday and Saturday to Saturday and Sunday with the year 2022.
        ("AE", "2021-12-31", True),
        ("AE", "2022-01-02", True),
        ("AE", "2021-12-26", False),
        ("AE", "2022-01-07", False),
        ("SA", "2013-06-27", True),
        ("SA", "2013-07-04", False),
        ("SA", "2013-07-06", True),
    ],
)
def test_a_weekend_is_the_one_of_its_day(country: str, day: str, rests: bool) -> None:
    assert (date.fromisoformat(day).weekday() in weekend_on(country, date.fromisoformat(day))) is rests


def test_no_holiday_of_a_fixed_year_is_left_among_the_closures() -> None:
    with (Path(FOLDER) / "missions" / "closures.csv").open(encoding="utf-8", newline="") as file:
        assert {row["kind"] for row in csv.DictReader(file)} == {"year_end"}
