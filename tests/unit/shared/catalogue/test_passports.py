"""Who may have which passport, at which speed and price: the catalogue's conditions by themselves."""

from datetime import date

import pytest

from shared.catalogue import CATALOGUE, conditions
from shared.catalogue.model import GUARDIAN, HOLDER, Facts
from shared.errors import Invalid
from shared.forms import check_answers
from tests.factories.applications import good_answers
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

TODAY = date(2026, 11, 21)
PASSPORTS = [slug for slug, entry in CATALOGUE.items() if entry.one_of == "passport"]
URGENT = {"passport-renewal": "passport-renewal-urgent", "passport-first": "passport-first-urgent"}


def facts(born: date, capacity: str = HOLDER) -> Facts:
    """What the registers say of somebody born on this day."""
    return Facts(person="x", today=TODAY, born=born, capacity=capacity)


def test_six_entries_are_about_one_passport() -> None:
    assert len(PASSPORTS) == 6
    assert all(CATALOGUE[slug].appointment == "passport" for slug in PASSPORTS)
    assert all(CATALOGUE[slug].acts == (HOLDER, GUARDIAN) for slug in PASSPORTS)


@pytest.mark.parametrize("slug", PASSPORTS)
@pytest.mark.parametrize(
    ("born", "capacity", "unmet"),
    [
        (date(2008, 11, 21), HOLDER, []),
        (date(2008, 11, 22), HOLDER, ["of_age_or_in_care"]),
        (date(2008, 11, 22), GUARDIAN, []),
        (date(2026, 11, 1), GUARDIAN, []),
        (date(2026, 11, 1), HOLDER, ["of_age_or_in_care"]),
    ],
)
def test_a_minor_never_applies_alone(slug: str, born: date, capacity: str, unmet: list[str]) -> None:
    assert [one.code for one in CATALOGUE[slug].unmet(facts(born, capacity))] == unmet


@pytest.mark.parametrize(
    ("slug", "changed", "field", "code"),
    [
        ("passport-lost", {"passport_number": "AB123"}, "passport_number", "passport_number"),
        ("passport-lost", {"lost_on": "2026-11-22"}, "lost_on", "in_the_future"),
        ("passport-lost", {"lost_on": "2018-01-01"}, "lost_on", "lost_before_issue"),
        ("passport-lost", {"police_report_number": " "}, "police_report_number", "required"),
        ("passport-lost", {"loss_declared": ""}, "loss_declared", "required"),
        ("passport-lost", {"tier": "instant"}, "tier", "unknown_choice"),
        ("passport-damaged", {"damaged_on": "2018-01-01"}, "damaged_on", "damaged_before_issue"),
        ("passport-damaged", {"passport_expires_on": "2018-01-01"}, "passport_expires_on", "expires_before_issue"),
        (
            "passport-renewal-urgent",
            {"passport_expires_on": "2018-01-01"},
            "passport_expires_on",
            "expires_before_issue",
        ),
        ("passport-renewal", {"passport_expires_on": "2027-11-22"}, "passport_expires_on", "renewal_too_early"),
        ("passport-renewal", {"renewal_reason": "early"}, "early_reason", "early_reason_needed"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(slug: str, changed: dict[str, str], field: str, code: str) -> None:
    given = {name: answer for name, answer in good_answers(slug).items() if name != "early_reason"} | changed
    with refuses("invalid", Invalid) as refused:
        check_answers(slug, given, TODAY)
    assert refused.value.errors == {field: code}


@pytest.mark.parametrize("expires", [date(2027, 11, 21), date(2026, 1, 1)])
def test_a_renewal_is_due_within_a_year(expires: date) -> None:
    assert conditions.renewal_is_due({"renewal_reason": "expiring", "passport_expires_on": expires}, TODAY)


def test_an_early_renewal_is_asked_for_but_not_due() -> None:
    answers = {"renewal_reason": "early", "early_reason": "visa", "passport_expires_on": date(2029, 1, 1)}
    assert conditions.renewal_may_be_asked(answers, TODAY)
    assert conditions.says_why_early(answers, TODAY)
    assert not conditions.renewal_is_due(answers, TODAY)


@pytest.mark.parametrize("slug", ["passport-lost", "passport-damaged"])
@pytest.mark.parametrize(
    ("tier", "days", "line"), [("regular", 14, "passport_value"), ("urgent", 3, "passport_value_urgent")]
)
def test_price_and_days_follow_the_tier(slug: str, tier: str, days: int, line: str) -> None:
    entry = CATALOGUE[slug]
    assert entry.days({"tier": tier}) == days
    fine = {"passport-lost": "loss_fine", "passport-damaged": "damage_fine"}[slug]
    assert [fee.name for fee in entry.owed({"tier": tier})] == [line, fine]


@pytest.mark.parametrize(("regular", "urgent"), URGENT.items())
def test_an_urgent_twin_asks_the_same(regular: str, urgent: str) -> None:
    assert CATALOGUE[regular].urgent == urgent
    assert CATALOGUE[regular].questions == CATALOGUE[urgent].questions
    assert (CATALOGUE[regular].days({}), CATALOGUE[urgent].days({})) == (14, 3)
