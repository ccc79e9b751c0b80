"""Identity without an oracle, and what may be drawn from an entry."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.civil_registry.rules import (
    DATE,
    NAMES,
    NUMBER,
    Particulars,
    guardianship,
    purpose_of,
    recheck,
    refusal_reason,
)

pytestmark = pytest.mark.clock

HELD = Particulars("01999000001", "آمنة", "عبد الرحمن", "الحلبي", "هدى", date(1997, 3, 14), "مثال")
OTHER = Particulars("01999000001", "زيد", "سليم", "نموذج", "رنا", date(1980, 1, 1))


def test_the_same_particulars_agree() -> None:
    assert recheck(HELD, HELD) is None


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
    assert recheck(typed, HELD) is None


def test_a_wrong_date_is_told_to_who_knows_all_the_rest() -> None:
    assert recheck(replace(HELD, born=date(1997, 3, 15)), HELD) == DATE


@pytest.mark.parametrize("field", ["given_name", "father_name", "family_name", "mother_name"])
def test_a_wrong_name_is_told_to_who_knows_all_the_rest(field: str) -> None:
    wrong: dict[str, Any] = {field: "سمير"}
    assert recheck(replace(HELD, **wrong), HELD) == NAMES


@pytest.mark.parametrize(
    "typed",
    [
        OTHER,
        replace(OTHER, born=HELD.born),
        replace(HELD, born=date(1990, 1, 1), mother_name="رنا"),
        replace(HELD, given_name="زيد", father_name="سليم", family_name="نموذج"),
    ],
)
def test_a_known_number_with_anothers_particulars_looks_like_an_unknown_one(typed: Particulars) -> None:
    assert recheck(typed, HELD) == recheck(typed, None) == NUMBER


def test_the_mothers_family_name_alone_is_not_her_name() -> None:
    assert recheck(replace(HELD, mother_name="مثال"), HELD) == NAMES


@given(st.text(), st.text(), st.text(), st.text(), st.dates())
def test_whatever_is_typed_gets_one_hint_at_most(
    given_name: str, father: str, family: str, mother: str, born: date
) -> None:
    typed = Particulars(HELD.national_number, given_name, father, family, mother, born)
    assert recheck(typed, HELD) in {None, NUMBER, NAMES, DATE}
    assert recheck(typed, None) == NUMBER


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
