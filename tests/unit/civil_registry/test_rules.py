"""Identity without an oracle, and what may be drawn from an entry."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.civil_registry import rules
from services.civil_registry.rules import Particulars, guardianship, is_same_person, purpose_of, refusal_reason

pytestmark = pytest.mark.clock

HELD = Particulars("01999000001", "آمنة", "عبد الرحمن", "الحلبي", "هدى", date(1997, 3, 14), "مثال")
OTHER = Particulars("01999000001", "زيد", "سليم", "نموذج", "رنا", date(1980, 1, 1))


def test_the_same_particulars_agree() -> None:
    assert is_same_person(HELD, HELD)


@pytest.mark.parametrize(
    "typed",
    [
        replace(HELD, given_name="امنه"),
        replace(HELD, father_name="عبدالرحمن"),
        replace(HELD, father_name="عبـد الرَّحمن"),
        replace(HELD, family_name="الحلبى"),
        replace(HELD, mother_name="هدى مثال"),
        replace(HELD, mother_name="هدي  مثال"),
        replace(HELD, family_name="\u202eالحلبي\u202c"),
    ],
)
def test_spelling_habits_and_invisible_characters_do_not_matter(typed: Particulars) -> None:
    assert is_same_person(typed, HELD)


@pytest.mark.parametrize(
    "wrong",
    [
        {"born": date(1997, 3, 15)},
        {"given_name": "سمير"},
        {"father_name": "سمير"},
        {"family_name": "سمير"},
        {"mother_name": "سمير"},
        # Her family's name alone is not her name.
        {"mother_name": "مثال"},
        {"mother_name": ""},
        {"born": date(1990, 1, 1), "mother_name": "رنا"},
    ],
)
def test_one_wrong_particular_is_another_person(wrong: dict[str, Any]) -> None:
    assert not is_same_person(replace(HELD, **wrong), HELD)


@given(st.text(), st.text(), st.text(), st.text(), st.dates())
def test_whatever_is_typed_gets_yes_or_no(given_name: str, father: str, family: str, mother: str, born: date) -> None:
    typed = Particulars(HELD.national_number, given_name, father, family, mother, born)
    assert is_same_person(typed, HELD) in {True, False}
    assert not is_same_person(OTHER, HELD)


def test_only_the_living_and_registered_are_confirmed() -> None:
    assert refusal_reason(True, None) is None
    assert refusal_reason(True, date(2021, 2, 14)) == "deceased"
    assert refusal_reason(False, None) == "not_registered"


@pytest.mark.parametrize(
    ("options", "purpose"),
    [({}, "other"), ({"purpose": "study"}, "study"), ({"purpose": "espionage"}, None), ({"purpose": ["study"]}, None)],
)
def test_only_purposes_with_words_on_paper_are_printed(options: dict[str, object], purpose: str | None) -> None:
    assert purpose_of(options) == purpose


@pytest.mark.parametrize(
    ("parent", "of_age", "expected"),
    [
        (None, False, "ward_not_found"),
        (None, True, "ward_not_found"),
        ("father", True, "ward_of_age"),
        ("mother", True, "ward_of_age"),
        ("father", False, None),
        ("paternal_grandfather", False, None),
        ("mother", False, "guardian_paper_needed"),
    ],
)
def test_who_is_a_guardian_by_the_register_alone(parent: str | None, of_age: bool, expected: str | None) -> None:
    assert guardianship(parent, of_age=of_age) == expected


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({1: 0}, {1: 0}, 0),
        ({1: 0, 9: 1}, {9: 0}, 1),
        ({1: 0, 9: 1}, {2: 0, 9: 1}, 2),
        ({1: 0, 9: 2}, {2: 0, 9: 1}, 3),
        ({1: 0, 9: 2}, {2: 0, 9: 2}, 4),
        ({1: 0, 9: 3}, {2: 0, 9: 2}, 5),
        ({1: 0}, {2: 0}, None),
    ],
    ids=["oneself", "a parent", "a sibling", "an uncle", "a cousin", "a cousin's child", "a stranger"],
)
def test_degrees_are_counted_over_the_nearest_common_ascendant(
    one: dict[int, int], other: dict[int, int], found: int | None
) -> None:
    ids = {number: UUID(int=number) for number in (1, 2, 9)}
    named = [{ids[person]: height for person, height in each.items()} for each in (one, other)]
    assert rules.degree(*named) == found
