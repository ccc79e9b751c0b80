"""Place of birth and register entry on documents: attested where the register has them, declared otherwise."""

import pytest

from services.consular.passports.checks import check_birth_place
from services.consular.passports.names import full_mother
from services.consular.people import origin
from shared.catalogue import CATALOGUE
from shared.documents.typesetting import html
from shared.errors import Invalid
from tests.factories.documents.snapshots import document
from tests.factories.refusals import refuses

HOMS = {"ar": "حمص", "en": "Homs"}
DECLARED = {"birth_place": "دير الزور", "latin_birth_place": "Deir ez-Zor"}
PASSPORT, EXTRACT = CATALOGUE["passport-first"], CATALOGUE["individual-extract"]


def test_the_registers_place_counts_before_the_applicants() -> None:
    assert origin.birth_place({"birth_place": HOMS}, DECLARED) == {**HOMS, "declared": False}
    declared = origin.birth_place({"birth_place": {"ar": "", "en": ""}}, DECLARED)
    assert declared == {"ar": "دير الزور", "en": "Deir ez-Zor", "declared": True}
    assert origin.birth_place({}, {}) == {"ar": "", "en": "", "declared": False}


def test_the_entry_is_office_and_number() -> None:
    facts = {"entry": {"office": {"ar": "الميدان", "en": "Midan"}, "number": "1274"}}
    assert origin.entry(facts) == {"ar": "الميدان 1274", "en": "Midan 1274"}
    assert origin.entry({}) == {"ar": "", "en": ""}


def test_a_place_is_asked_of_whoever_has_none_in_the_register() -> None:
    check_birth_place(PASSPORT, {"birth_place": HOMS}, {})
    check_birth_place(PASSPORT, {}, DECLARED)
    check_birth_place(EXTRACT, {}, {})
    with refuses("invalid", Invalid) as refused:
        check_birth_place(PASSPORT, {}, {"birth_place": "حمص"})
    assert refused.value.errors == {"latin_birth_place": "birth_place_needed"}


@pytest.mark.parametrize(
    ("typed", "registered", "printed"),
    [
        ("Fatima", "Fatima Alladhiqani", "Fatima Alladhiqani"),
        ("FATIMA", "Fatima Alladhiqani", "FATIMA Alladhiqani"),
        ("Fatima Al Ladhiqani", "Fatima Alladhiqani", "Fatima Al Ladhiqani"),
        ("", "Fatima Alladhiqani", "Fatima Alladhiqani"),
        ("Fatima", "", "Fatima"),
    ],
)
def test_the_mothers_full_latin_name(typed: str, registered: str, printed: str) -> None:
    assert full_mother(typed, registered) == printed


def test_the_page_says_what_was_only_declared() -> None:
    attested = html(document("passport-page"), "consular")
    declared = html(document("passport-page", birth_place={**HOMS, "declared": True}), "consular")
    assert "Damascus" in attested and "Nationality" in attested and "as declared by the holder" not in attested
    assert "as declared by the holder" in declared and "كما صرّح به صاحبه" in declared
