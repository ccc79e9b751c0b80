"""The generated population: every promise about families, days, numbers and service records, on 3,000 people."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.demo.population.families import GENERATIONS, villages
from deploy.demo.population.lives import age_at_death
from deploy.demo.population.locations import CITIES, GOVERNORATES, OFFICES
from deploy.demo.population.names import FAMILIES, MEN, WOMEN
from deploy.demo.population.people import AS_OF, Community, Human, Marriage
from deploy.demo.population.showcase import showcase
from deploy.demo.population.specimens import MARRIAGES, SPECIMENS
from deploy.demo.population.unusual import UNUSUAL, UNUSUAL_MARRIAGES
from shared.values.names import fold
from shared.values.person import national_number
from tests.factories.registers.population import community_of

PEOPLE, SEED = 3_000, 11
SIXTEEN, SEVENTEEN = 16 * 365, 17 * 365


@pytest.fixture(scope="module")
def generated() -> Community:
    """All villages as one community."""
    return community_of(PEOPLE, SEED)


@pytest.fixture(scope="module")
def people(generated: Community) -> list[Human]:
    return generated.people


@pytest.fixture(scope="module")
def marriages(generated: Community) -> list[Marriage]:
    return generated.marriages


def children_of(people: list[Human]) -> Iterator[tuple[Human, Human, Human]]:
    for child in people:
        if child.father is not None and child.mother is not None:
            yield child, child.father, child.mother


def depth(one: Human) -> int:
    return 1 + max((depth(parent) for parent in (one.father, one.mother) if parent is not None), default=0)


def test_there_are_exactly_as_many_people_as_asked_for(people: list[Human]) -> None:
    assert len(people) == PEOPLE


@settings(max_examples=15, deadline=None)
@given(asked=st.integers(0, 700), seed=st.integers(0, 2**32))
def test_any_size_is_met_and_repeats_itself(asked: int, seed: int) -> None:
    def numbers() -> list[tuple[str, str, int]]:
        return [(one.id, one.national_number, one.born) for village in villages(asked, seed) for one in village.people]

    first = numbers()
    assert len(first) == len(set(first)) == asked
    assert first == numbers()


def test_another_seed_makes_other_people(people: list[Human]) -> None:
    others = {one.id for village in villages(PEOPLE, SEED + 1) for one in village.people}
    assert others.isdisjoint(one.id for one in people)


def test_families_reach_over_four_generations(people: list[Human]) -> None:
    found = Counter(map(depth, people))
    assert sorted(found) == list(range(1, GENERATIONS + 1))
    assert all(share > PEOPLE // 20 for share in found.values())


def test_both_parents_are_known_or_neither_is(people: list[Human]) -> None:
    assert all((one.father is None) == (one.mother is None) for one in people)


def test_parents_are_a_man_and_a_woman_at_least_sixteen_years_older(people: list[Human]) -> None:
    for child, father, mother in children_of(people):
        assert (father.sex, mother.sex) == ("M", "F")
        assert child.born - father.born > SIXTEEN
        assert child.born - mother.born > SIXTEEN


def test_children_are_born_of_a_standing_marriage(people: list[Human], marriages: list[Marriage]) -> None:
    by_couple = {(id(one.husband), id(one.wife)): one for one in marriages}
    for child, father, mother in children_of(people):
        marriage = by_couple[id(father), id(mother)]
        assert marriage.since + 270 < child.born
        assert marriage.divorced is None or child.born <= marriage.divorced


def test_children_are_born_while_their_parents_live(people: list[Human]) -> None:
    for child, father, mother in children_of(people):
        assert father.lives_on(child.born)
        assert mother.lives_on(child.born)


def test_a_mother_does_not_bear_twice_within_a_year_but_for_twins(people: list[Human]) -> None:
    gaps: list[int] = []
    for mother in people:
        gaps += [later.born - earlier.born for earlier, later in pairwise(mother.children) if mother.sex == "F"]
    assert min(gap for gap in gaps if gap) > 365
    assert gaps.count(0), "twins happen"


def test_names_follow_the_parents(people: list[Human]) -> None:
    for child, father, mother in children_of(people):
        assert (child.father_name, child.family) == (father.given, father.family)
        assert (child.mother_name, child.mother_family) == (mother.given, mother.family)


def test_brothers_and_sisters_have_different_names(people: list[Human]) -> None:
    for one in people:
        given_names = [child.given for child in one.children]
        assert len(given_names) == len(set(given_names))


def test_couples_are_grown_alive_and_no_siblings(marriages: list[Marriage]) -> None:
    for one in marriages:
        assert one.since - one.husband.born > SEVENTEEN
        assert one.since - one.wife.born > SEVENTEEN
        assert one.husband.lives_on(one.since)
        assert one.wife.lives_on(one.since)
        assert one.husband.father is None or one.husband.father is not one.wife.father


def test_divorce_comes_after_the_marriage_and_before_a_death(marriages: list[Marriage]) -> None:
    divorced = [one for one in marriages if one.divorced is not None]
    assert divorced
    for one in divorced:
        assert one.divorced is not None
        assert one.since < one.divorced <= AS_OF
        assert one.husband.lives_on(one.divorced)
        assert one.wife.lives_on(one.divorced)


def test_a_few_men_have_several_wives_and_no_woman_two_husbands(people: list[Human]) -> None:
    several = [one for one in people if len(one.marriages) > 1]
    assert 0 < len(several) < PEOPLE // 50
    assert {one.sex for one in several} == {"M"}


def test_no_man_is_ever_married_to_two_sisters() -> None:
    """Over 30,000 people: several wives are rare, and sisters among them rarer still."""
    several = 0
    for village in villages(30_000, SEED):
        for man in (one for one in village.people if one.sex == "M" and len(one.marriages) > 1):
            several += 1
            for first, second in combinations((marriage.wife for marriage in man.marriages), 2):
                assert first.father is None or first.father is not second.father, man.id
                assert first.mother is None or first.mother is not second.mother, man.id
    assert several > 30


def test_nobody_outlives_the_register_or_dies_before_birth(people: list[Human]) -> None:
    dead = [one for one in people if one.died is not None]
    assert PEOPLE // 20 < len(dead) < PEOPLE // 3
    assert all(one.born < one.died <= AS_OF for one in dead if one.died is not None)
    assert max(one.born for one in people) <= AS_OF


def test_nobody_living_is_older_than_people_get(people: list[Human]) -> None:
    assert min(one.born for one in people if one.died is None) > AS_OF - 105 * 366


def test_a_wife_stands_on_her_husbands_entry_until_divorced(marriages: list[Marriage]) -> None:
    for one in marriages:
        assert (one.wife.entry is one.husband.entry) == (one.divorced is None)
        assert one.divorced is None or one.wife.entry is one.left


def test_the_unmarried_stand_on_their_fathers_entry(people: list[Human]) -> None:
    for child, father, _ in children_of(people):
        if not child.marriages:
            assert child.entry is father.entry


def test_entry_numbers_are_unique_within_their_office(generated: Community) -> None:
    places = [(entry.office.code, entry.number) for entry in generated.households]
    assert len(places) == len(set(places))
    assert {id(one.entry) for one in generated.people} <= {id(entry) for entry in generated.households}


def test_all_governorates_and_offices_are_inhabited(people: list[Human]) -> None:
    assert {one.national_number[:2] for one in people} == set(GOVERNORATES)
    assert {one.home().office for one in people} == set(OFFICES)


def test_national_numbers_are_valid_unique_and_leave_room_for_specimens(people: list[Human]) -> None:
    numbers = [one.national_number for one in people]
    assert len(set(numbers)) == PEOPLE
    assert all(national_number(number) == number and 1 <= int(number[:2]) <= 14 for number in numbers)
    assert not any(number[2:5] == "999" for number in numbers)


def test_people_are_numbered_by_the_office_that_registered_their_birth(people: list[Human]) -> None:
    for child, father, _ in children_of(people):
        assert child.national_number[:2] == father.home().office.governorate


def test_there_are_names_enough_each_with_its_latin_twin() -> None:
    assert len(MEN) >= 150
    assert len(WOMEN) >= 150
    assert len(FAMILIES) >= 250
    for arabic, latin in (*MEN, *WOMEN, *FAMILIES):
        assert latin.replace(" ", "").isascii()
        assert fold(arabic)
        assert not arabic.isascii()
    assert ("عبد الرحمن", "Abdulrahman") in MEN


def test_stays_abroad_follow_one_another_within_a_life(people: list[Human]) -> None:
    for one in people:
        assert all(one.born <= stay.since <= AS_OF for stay in one.stays)
        for stay in one.stays:
            last = one.died if one.died is not None else AS_OF
            assert stay.until is None or stay.since <= stay.until <= last
            assert stay.until is not None or one.died is None
        for earlier, later in pairwise(one.stays):
            assert earlier.until is not None
            assert earlier.until < later.since


def test_whoever_was_born_abroad_was_born_where_the_father_stayed(people: list[Human]) -> None:
    away = [one for one in people if one.born_abroad]
    assert away
    for one in away:
        assert one.father is not None
        stays = [stay for stay in one.father.stays if stay.covers(one.born)]
        assert one.birthplace == CITIES[stays[0].place][1]
        assert one.sex == "F" or one.stays[0].since == one.born


def test_marital_status_follows_from_the_marriages(people: list[Human]) -> None:
    found = Counter(one.marital() for one in people)
    assert set(found) == {"single", "married", "widowed", "divorced"}
    assert all((one.marital() == "single") == (not one.marriages) for one in people)


@given(st.randoms(use_true_random=False), st.integers(690_000, AS_OF))
def test_death_comes_after_birth_or_not_yet(random: object, born: int) -> None:
    from random import Random

    assert isinstance(random, Random)
    died = age_at_death(random, born)
    assert died is None or born < died <= AS_OF


def test_specimens_are_consistent_as_well() -> None:
    shown = showcase()
    named = (*SPECIMENS, *UNUSUAL)
    assert len(shown.people) == len({one.national_number for one in named}) == len(named)
    for child, father, mother in children_of(shown.people):
        assert child.born - max(father.born, mother.born) > SIXTEEN
        assert (child.father_name, child.family) == (father.given, father.family)
        assert (child.mother_name, child.mother_family) == (mother.given, mother.family)
    couples = (*MARRIAGES, *UNUSUAL_MARRIAGES)
    married = {one.husband.person for one in couples} | {one.wife.person for one in couples}
    for person, specimen in zip(shown.people, (*SPECIMENS, *UNUSUAL), strict=True):
        assert person.marital() == specimen.marital
        assert (specimen.marital != "single") == (specimen.person in married)
        assert specimen.national_number[:2] == specimen.office[:2]
        assert specimen.national_number[2:5] == "999"


def test_old_entries_lack_days_of_birth_and_names(people: list[Human]) -> None:
    by_year = [one for one in people if one.born_precision == "year"]
    assert by_year and all(date.fromordinal(one.born).timetuple().tm_yday == 1 for one in by_year)
    assert any(one.mother_name == ("", "") for one in people)


def test_the_unusual_are_what_they_are_there_for() -> None:
    by_key = {one.key: one for one in UNUSUAL}
    assert (
        by_key["no_mother"].mother_name == "" and by_key["one_name"].family_name == by_key["one_name"].father_name == ""
    )
    assert len(f"{by_key['four_names'].given_name} {by_key['four_names'].father_name}".split()) == 4

    def data(key: str) -> tuple[object, ...]:
        one = by_key[key]
        return one.given_name, one.father_name, one.family_name, one.mother_name, one.born, one.birthplace

    assert data("twin") == data("same_twin") and data("twin")[1:] == data("other_twin")[1:]
    namesake, woman = by_key["namesake"], next(one for one in SPECIMENS if one.key == "woman")
    assert (namesake.given_name, namesake.father_name, namesake.family_name, namesake.born) == (
        woman.given_name, woman.father_name, woman.family_name, woman.born
    )  # fmt: skip
    assert [one.divorced is None for one in UNUSUAL_MARRIAGES if one.wife.key == "remarried"] == [False, True]
