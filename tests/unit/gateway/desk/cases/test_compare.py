"""Typed answers beside the register: only real differences are marked."""

from services.gateway.desk.cases.compare import Answer, beside, plain
from shared.catalogue.model import NOT_RECORDED as NONE


def test_case_accents_and_marks_are_no_difference() -> None:
    assert plain("Al-Ḥamwi") == plain("ALHAMWI")
    assert not Answer("latin_family_name", "AL-HAMWI", "Alhamwi").differs


def test_another_spelling_is() -> None:
    assert Answer("latin_father_name", "Ahmed", "Ahmad").differs


def test_of_a_mother_the_given_name_is_enough() -> None:
    assert not Answer("latin_mother_name", "Fatima", "Fatima Alladhiqani").differs
    assert not Answer("latin_mother_name", "Nour-Alhuda", "Nour Alhuda Alladhiqani").differs
    assert not Answer("latin_mother_name", "Fatima Alladhiqani", "Fatima Alladhiqani").differs
    for typed in ("Fatema", "Fat", "Alladhiqani", ""):
        assert Answer("latin_mother_name", typed, "Fatima Alladhiqani").differs
    assert Answer("latin_father_name", "Abd", "Abd Alrahman").differs


def test_what_the_register_does_not_know_is_not_compared() -> None:
    assert not Answer("profession", "Architect").differs
    assert not Answer("latin_mother_name", "Huda", "").differs


def test_a_name_that_the_register_has_not_differs_and_the_statement_that_it_has_none_agrees() -> None:
    question = "latin_mother_name"
    name = {"ar": {"given": "يتيم", "mother": ""}, "latin": {"given": "Yatim", "mother": ""}}
    found = {
        typed: beside([question], {question: typed}, {"person": {"name": name}})[0] for typed in ("Hillary", NONE, "")
    }
    assert {typed: row.differs for typed, row in found.items()} == {"Hillary": True, NONE: False, "": False}
    assert all(row.unrecorded and row.registered == "" for row in found.values())


def test_a_name_that_was_not_attested_or_has_no_latin_spelling_is_not_said_to_be_unrecorded() -> None:
    for name in ({}, {"ar": {"given": "يتيم"}, "latin": {}}, {"ar": {"family": "الحسين"}, "latin": {"family": ""}}):
        (row,) = beside(["latin_family_name"], {"latin_family_name": "Alassad"}, {"person": {"name": name}})
        assert (row.unrecorded, row.differs) == (False, False)


def test_a_missing_answer_differs_from_a_registered_one() -> None:
    assert Answer("latin_given_name", "", "Salma").differs


def test_questions_keep_their_order_and_find_their_fact() -> None:
    person = {"person": {"name": {"latin": {"given": "Salma", "family": "Alhamwi"}}}}
    rows = beside(
        ["mobile", "latin_family_name", "latin_given_name"], {"latin_given_name": "SALMA", "mobile": 1}, person
    )
    assert [row.question for row in rows] == ["mobile", "latin_family_name", "latin_given_name"]
    assert [row.registered for row in rows] == ["", "Alhamwi", "Salma"]
    assert [row.differs for row in rows] == [False, True, False]
    assert beside(["latin_given_name"], {}, {})[0].registered == ""
