"""What the generated population leaves in the two registers, row by row, on 3,000 people."""

import json
from collections import Counter
from datetime import date

import pytest

from deploy.demo.population import soldiers
from deploy.demo.population.locations import OFFICES
from deploy.demo.population.people import AS_OF, Community, Household, Human
from deploy.demo.population.registers import COLUMNS, CivilRegister, text
from deploy.demo.population.showcase import showcase
from deploy.demo.population.soldiers import ServiceRegister, is_only_son
from shared.catalogue.conditions import LIABLE_UNTIL_AGE
from shared.values.calendars import to_gregorian
from shared.values.dates import age_on
from tests.factories.registers.population import community_of

PEOPLE, SEED = 3_000, 12


@pytest.fixture(scope="module")
def generated() -> Community:
    """All villages as one community."""
    return community_of(PEOPLE, SEED)


@pytest.fixture(scope="module")
def people(generated: Community) -> list[Human]:
    return generated.people


@pytest.fixture(scope="module")
def civil(generated: Community) -> CivilRegister:
    register = CivilRegister(SEED)
    register.offices()
    register.enter(generated)
    return register


@pytest.fixture(scope="module")
def records(generated: Community) -> dict[str, list[list[str]]]:
    register = ServiceRegister(SEED)
    register.branches()
    register.enter(generated)
    return {table: [row.rstrip("\n").split("\t") for row in rows] for table, rows in register.rows.items()}


def test_each_event_is_registered_once_after_it_happened(civil: CivilRegister, generated: Community) -> None:
    rows = [row.rstrip("\n").split("\t") for row in civil.rows["register_event"]]
    kinds = Counter(row[1] for row in rows)
    assert kinds["birth"] == PEOPLE
    assert kinds["marriage"] == len(generated.marriages)
    assert kinds["divorce"] == sum(one.divorced is not None for one in generated.marriages)
    assert kinds["death"] == sum(one.died is not None for one in generated.people)
    assert all(row[3] <= row[4] <= date.fromordinal(AS_OF).isoformat() for row in rows)
    numbers = [tuple(row[:3]) for row in rows]
    assert len(numbers) == len(set(numbers))


def test_a_marriage_is_noted_on_both_entries(civil: CivilRegister, generated: Community) -> None:
    notes = Counter(row.split("\t")[1] for row in civil.rows["annotation"])
    divorces = sum(one.divorced is not None for one in generated.marriages)
    assert notes["marriage"] == len(generated.marriages)
    assert notes["transfer"] == len(generated.marriages) + divorces


def entry_of(household: Household | None) -> str:
    assert household is not None
    return text("entry", number=(str(household.number),) * 2, office=household.office.name)[1]


def test_each_woman_returns_on_divorce_to_the_entry_she_came_from(generated: Community) -> None:
    for community in (generated, showcase()):
        register = CivilRegister(SEED)
        register.enter(community)
        notes = [row.rstrip("\n").split("\t") for row in register.rows["annotation"]]
        divorced = [one for one in community.marriages if one.divorced is not None]
        assert divorced
        for marriage in divorced:
            wife, day = marriage.wife, date.fromordinal(marriage.divorced or 0).isoformat()
            (note,) = (row[5] for row in notes if row[:3] == [wife.id, "transfer", day])
            assert entry_of(marriage.left) in note
            husbands = [other.husband.home() for other in wife.marriages]
            assert marriage.left is not None and not any(
                (home.office, home.number) == (marriage.left.office, marriage.left.number) for home in husbands
            )
            assert wife.father is None or marriage.left is wife.father.home()


def details(civil: CivilRegister, kind: str) -> list[tuple[list[str], dict[str, str]]]:
    rows = [row.rstrip("\n").split("\t") for row in civil.rows["register_event"]]
    return [(row, json.loads(row[9])) for row in rows if row[1] == kind]


def test_deaths_are_reported_by_people_who_lived_and_were_grown(civil: CivilRegister, people: list[Human]) -> None:
    by_id = {one.id: one for one in people}
    found: Counter[str] = Counter()
    for row, detail in details(civil, "death"):
        one, day, reporter = by_id[row[5]], date.fromisoformat(row[3]), detail["reporter"]
        found[reporter] += 1
        parents = [parent for parent in (one.father, one.mother) if parent]
        spouses = [
            other
            for marriage in one.marriages
            for other in (marriage.husband, marriage.wife)
            if other is not one and (marriage.divorced is None or marriage.divorced > day.toordinal())
        ]
        relatives = {
            "son": [child for child in one.children if child.sex == "M"],
            "daughter": [child for child in one.children if child.sex == "F"],
            "spouse": spouses,
            "parent": parents,
            "sibling": [child for parent in parents for child in parent.children if child is not one],
        }
        grown = {
            tie
            for tie, persons in relatives.items()
            for person in persons
            if person.lives_on(day.toordinal()) and age_on(date.fromordinal(person.born), day) >= 18
        }
        assert reporter in grown or (reporter == "headman" and not grown), (reporter, grown)
    assert {"son", "daughter", "spouse", "parent", "sibling", "headman"} == set(found)


def test_contracts_have_their_day_in_both_calendars(civil: CivilRegister, generated: Community) -> None:
    found = details(civil, "marriage")
    assert len(found) == len(generated.marriages)
    for row, detail in found:
        year, month, day = (int(part) for part in detail["hijri"].split("-"))
        assert to_gregorian(year, month, day) == date.fromisoformat(row[3])


def service_records(records: dict[str, list[list[str]]]) -> list[dict[str, str]]:
    """The rows by the names of their columns."""
    names = soldiers.COLUMNS["service_record"].split(", ")
    return [dict(zip(names, row, strict=True)) for row in records["service_record"]]


def test_service_records_are_those_of_grown_men_since_1965(
    records: dict[str, list[list[str]]], people: list[Human]
) -> None:
    by_id = {one.id: one for one in people}
    kept = {row[0] for row in records["service_record"]}
    men = [one for one in people if one.sex == "M" and one.born >= date(1965, 1, 1).toordinal()]
    grown = {one.id for one in men if one.born + 19 * 366 < AS_OF and one.died is None}
    assert grown <= kept <= {one.id for one in men}
    for row in service_records(records):
        one = by_id[row["person"]]
        names = [row[name] for name in ("national_number", "given_name", "family_name")]
        assert names == [one.national_number, one.given[0], one.family[0]]
        assert row["class_year"] == row["born"][:4] == row["record_number"][:4]
        assert row["status"] in {"liable", "deferred", "served", "exempt", "only_son", "reserve", "evader"}
        assert (row["born_abroad"] == "t") == one.born_abroad
        assert age_on(date.fromisoformat(row["born"]), date.fromisoformat(row["recorded_on"])) >= 18


def test_statuses_fit_age_and_family(records: dict[str, list[list[str]]], people: list[Human]) -> None:
    by_id = {one.id: one for one in people}
    found = Counter(row["status"] for row in service_records(records))
    assert len(found) == 7
    for row in service_records(records):
        one = by_id[row["person"]]
        assert (row["status"] == "only_son") == is_only_son(one)
        past = age_on(date.fromordinal(one.born), date.fromordinal(one.died or AS_OF)) > LIABLE_UNTIL_AGE
        assert not past or row["status"] not in {"liable", "deferred"}


def test_record_numbers_and_branches_are_those_of_the_offices(records: dict[str, list[list[str]]]) -> None:
    numbers = [(row["branch"], row["record_number"]) for row in service_records(records)]
    assert len(numbers) == len(set(numbers))
    assert {row[0] for row in records["recruitment_branch"]} == {office.code for office in OFFICES}


def test_stays_are_written_for_men_with_a_record_only(records: dict[str, list[list[str]]]) -> None:
    kept = {row[0] for row in records["service_record"]}
    assert {row[0] for row in records["residence_abroad"]} <= kept
    places = [(row[0], row[2]) for row in records["residence_abroad"]]
    assert len(places) == len(set(places))


def test_rows_have_as_many_fields_as_columns(civil: CivilRegister) -> None:
    for table, columns in COLUMNS.items():
        assert civil.rows[table], table
        assert {row.count("\t") for row in civil.rows[table]} == {columns.count(",")}, table
