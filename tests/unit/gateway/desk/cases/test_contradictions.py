"""What contradicts itself: a residence that is over, "expired" with a valid date, an end before its beginning."""

from datetime import date

import pytest

from services.gateway.desk.cases.compare import Answer
from services.gateway.desk.cases.contradictions import contradictions

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"residence_permit_expires_on": "2026-03-09"}, "residence_expired"),
        ({"residence_permit_expires_on": "2026-03-10"}, None),
        ({"residence_permit_expires_on": "soon"}, None),
        ({"renewal_reason": "expired", "passport_expires_on": "2026-03-10"}, "not_expired"),
        ({"renewal_reason": "expired", "passport_expires_on": "2026-03-09"}, None),
        ({"renewal_reason": "expiring", "passport_expires_on": "2026-03-09"}, "expired_already"),
        ({"renewal_reason": "pages_full", "passport_expires_on": "2026-03-09"}, None),
        ({"renewal_reason": "expired"}, None),
        ({"passport_issued_on": "2020-01-02", "passport_expires_on": "2020-01-02"}, "wrong_order"),
        ({"period_from": "2020-01-02", "period_until": "2020-01-03"}, None),
        ({}, None),
    ],
)
def test_answers_that_contradict_the_calendar(answers: dict[str, str], code: str | None) -> None:
    assert [one.code for one in contradictions(answers, {}, TODAY)] == ([code] if code else [])


def test_what_the_register_says_of_the_person_comes_first() -> None:
    known = {"civil_registry": {"alive": False, "registered": False}}
    found = contradictions({"residence_permit_expires_on": "2020-01-01"}, known, TODAY)
    assert [one.code for one in found] == ["not_alive", "not_registered", "residence_expired"]


@pytest.mark.parametrize(
    ("question", "typed", "registered", "differs"),
    [
        ("birth_place", "دمشق", "دِمَشق", False),
        ("birth_place", "حلب", "دمشق", True),
        ("passport_number", "n 0123456", "N0123456", False),
        ("passport_number", "N0123457", "N0123456", True),
        ("passport_expires_on", "2026-01-01", "2026-01-02", True),
        ("relative_given_name", "أحمد", "احمد", False),
        ("passport_number", "", "N0123456", True),
    ],
)
def test_what_differs_from_the_register(question: str, typed: str, registered: str, differs: bool) -> None:
    assert Answer(question, typed, registered).differs is differs
