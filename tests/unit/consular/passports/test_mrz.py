"""The machine-readable zone, against what the ICAO publishes and computes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consular.passports import mrz
from services.consular.passports.names import PASSPORT, REGISTER, divergences, latin_names
from shared.catalogue.model import NOT_RECORDED

pytestmark = pytest.mark.clock

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"


def test_the_lines_are_those_of_the_computed_specimen() -> None:
    told = mrz.lines(
        number="N010203045",
        family_name="Alhussein",
        given_name="Rasha",
        born=date(1990, 1, 15),
        sex="F",
        expires_on=date(2032, 1, 14),
        optional="01001234567",
    )
    assert told == ("P<SYRALHUSSEIN<<RASHA<<<<<<<<<<<<<<<<<<<<<<<", "0102030457SYR9001158F320114101001234567<<<92")


def test_the_second_line_is_that_of_the_published_specimen() -> None:
    """Doc 9303-4, appendix: Anna Maria Eriksson of Utopia, but for the state's letters."""
    _, second = mrz.lines(
        number="L898902C3",
        family_name="Eriksson",
        given_name="Anna Maria",
        born=date(1974, 8, 12),
        sex="F",
        expires_on=date(2012, 4, 15),
        optional="ZE184226B",
    )
    assert second.replace("SYR", "UTO") == "L898902C36UTO7408122F1204159ZE184226B<<<<<10"


# Doc 9303-3, section 4.9: the examples of check digits.
@pytest.mark.parametrize(("field", "digit"), [("520727", "3"), ("AB2134<<<", "5"), ("L898902C3", "6"), ("<" * 14, "0")])
def test_check_digits(field: str, digit: str) -> None:
    assert mrz.check_digit(field) == digit


@given(st.text(alphabet=SIGNS, min_size=1, max_size=44), st.integers(0, 43), st.sampled_from(SIGNS))
def test_a_misread_sign_is_seen_unless_it_weighs_the_same(field: str, place: int, other: str) -> None:
    place %= len(field)
    misread = field[:place] + other + field[place + 1 :]
    weigh = {sign: (0 if sign == "<" else int(sign, 36)) % 10 for sign in SIGNS}
    assert (mrz.check_digit(field) == mrz.check_digit(misread)) == (weigh[field[place]] == weigh[other])


@pytest.mark.parametrize("field", ["a", "É", "٣", " "])
def test_what_stands_in_no_zone_has_no_check_digit(field: str) -> None:
    with pytest.raises(ValueError, match="not_in_a_zone"):
        mrz.check_digit(field)


@pytest.mark.parametrize(
    ("family", "given_name", "field"),
    [
        ("Al-Hussein", "Rasha", "AL<HUSSEIN<<RASHA"),
        ("D'Artagnan", "Jean-Paul", "DARTAGNAN<<JEAN<PAUL"),
        ("Müller", "Zoë", "MUELLER<<ZOE"),
        ("Weiß", "Þóra", "WEISS<<THORA"),
        ("Alhussein", "", "ALHUSSEIN"),
        ("", "Rasha", "RASHA"),
        # Doc 9303-4, section 4.2.3: cut so that a letter comes last.
        ("Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
        ("Nilavadhanananda", "Arnpol Petch Charonguang", "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"),
        ("A" * 50, "Rasha", "A" * 36 + "<<R"),
    ],
)
def test_names_fill_thirty_nine_places(family: str, given_name: str, field: str) -> None:
    assert mrz.name_field(family, given_name) == field.ljust(39, "<")


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["M", "F", "X", ""]))
def test_whatever_is_typed_both_lines_are_whole(family: str, given_name: str, sex: str) -> None:
    first, second = mrz.lines(
        number="S900000001",
        family_name=family,
        given_name=given_name,
        born=date(2000, 2, 29),
        sex=sex,
        expires_on=date(2032, 2, 29),
        optional="01001234567",
    )
    assert {len(first), len(second)} == {44}
    assert set(first + second) <= set(SIGNS)
    assert second[43] == mrz.check_digit(second[0:10] + second[13:20] + second[21:43])


LATIN = {"given": "Rasha", "father": "Abdulrahman", "family": "Alhussein", "mother": "Fatima Alladhiqani"}
REGISTERED = {
    "ar": {"given": "رشا", "father": "عبد الرحمن", "family": "الحسين", "mother": "فاطمة اللاذقاني"},
    "latin": LATIN,
}


def asked(**changed: str) -> dict[str, object]:
    """Latin names as the form asks for them, spelt as registered unless changed."""
    good = {"given": "Rasha", "father": "Abdulrahman", "family": "Alhussein", "mother": "Fatima"}
    return {f"latin_{part}_name": name for part, name in (good | changed).items()}


@pytest.mark.parametrize(
    "changed",
    [{}, {"family": "Al-Hussein"}, {"given": "RASHA"}, {"mother": "Fatima Alladhiqani"}, {"father": "Abdul Rahman"}],
)
def test_the_same_spelling_is_no_divergence(changed: dict[str, str]) -> None:
    assert divergences(asked(**changed), REGISTERED, None) == []


@pytest.mark.parametrize(
    ("changed", "question"),
    [
        ({"given": "Racha"}, "latin_given_name"),
        ({"family": "Alhusain"}, "latin_family_name"),
        ({"father": "Abd Alrahman"}, "latin_father_name"),
        ({"mother": "Fatema"}, "latin_mother_name"),
    ],
)
def test_another_spelling_than_the_registers_is_seen(changed: dict[str, str], question: str) -> None:
    (found,) = divergences(asked(**changed), REGISTERED, None)
    assert (found.question, found.source) == (question, REGISTER)


@pytest.mark.parametrize(
    ("mother", "diverges"), [("Noura", True), ("Nourhan", True), ("Nour Alhuda", False), ("NOUR-ALHUDA", False)]
)
def test_a_mothers_given_name_may_have_two_words(mother: str, diverges: bool) -> None:
    registered = REGISTERED | {"latin": LATIN | {"mother": "Nour Alhuda Alladhiqani"}}
    found = divergences(asked(mother=mother), registered, latin_names(asked(mother="Nour Alhuda")))
    assert bool(found) is diverges


def test_the_last_passport_counts_as_much_as_the_register() -> None:
    last = latin_names(asked(family="Alhusein"))
    found = divergences(asked(), REGISTERED, last)
    assert [(one.question, one.known, one.source) for one in found] == [("latin_family_name", "Alhusein", PASSPORT)]


ONE_NAME = {
    "ar": {"given": "يتيم", "father": "", "family": "", "mother": ""},
    "latin": {"given": "Yatim", "father": "", "family": "", "mother": ""},
}


def test_a_name_that_the_register_has_not_is_a_divergence_each() -> None:
    found = divergences(asked(given="Yatim"), ONE_NAME, None)
    assert [(one.question, one.known, one.source) for one in found] == [
        ("latin_father_name", "", REGISTER),
        ("latin_family_name", "", REGISTER),
        ("latin_mother_name", "", REGISTER),
    ]


def test_that_the_register_has_no_name_agrees_with_a_register_that_has_none() -> None:
    answers = asked(given="Yatim", father=NOT_RECORDED, family=NOT_RECORDED, mother=NOT_RECORDED)
    assert divergences(answers, ONE_NAME, None) == []
    assert [one.question for one in divergences(answers, REGISTERED | {"latin": LATIN | {"given": "Yatim"}}, None)] == [
        "latin_father_name",
        "latin_family_name",
        "latin_mother_name",
    ]


def test_what_was_not_attested_or_has_no_latin_spelling_is_no_divergence() -> None:
    assert divergences(asked(), {"ar": {}, "latin": {}}, None) == []
    assert divergences(asked(), REGISTERED | {"latin": dict.fromkeys(LATIN, "")}, None) == []
