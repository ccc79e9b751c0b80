"""Each condition by itself, at its edges, and with one of its two dates missing."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from shared.catalogue import conditions
from shared.catalogue.model import Facts

TODAY = date(2026, 11, 22)
Condition = Callable[[Mapping[str, object], date], bool]


def facts(**changed: Any) -> Facts:
    known = {"person": "p", "today": TODAY, "sex": "M", "born": date(2000, 1, 1), "alive": True, "registered": True}
    return Facts(**{**known, **changed})


# The condition, its earlier and its later date, and whether both may be the same day.
TWO_DATES = [
    (conditions.expires_after_issue, "passport_issued_on", "passport_expires_on", False),
    (conditions.lost_after_issue, "passport_issued_on", "lost_on", True),
    (conditions.damaged_after_issue, "passport_issued_on", "damaged_on", True),
    (conditions.period_runs_forward, "period_from", "period_until", True),
    (conditions.licence_runs_forward, "licence_issued_on", "licence_expires_on", False),
    (conditions.visits_after_leaving, "last_left_on", "visit_from", False),
]


@pytest.mark.parametrize(("condition", "first", "second", "same_day"), TWO_DATES)
def test_two_dates_stand_in_order_and_one_alone_is_no_fault(
    condition: Condition, first: str, second: str, same_day: bool
) -> None:
    early, late = date(2020, 5, 1), date(2020, 5, 2)
    assert condition({first: early, second: late}, TODAY) is True
    assert condition({first: early, second: early}, TODAY) is same_day
    assert condition({first: late, second: early}, TODAY) is False
    for answers in (
        {first: late},
        {second: early},
        {},
        {first: late, second: None},
        {first: "2020-05-02", second: early},
    ):
        assert condition(answers, TODAY) is True


@pytest.mark.parametrize(
    ("born", "of_age", "past"),
    [
        (date(2008, 11, 23), False, False),
        (date(2008, 11, 22), True, False),
        (date(1984, 11, 23), True, False),
        (date(1984, 11, 22), False, True),
        (date(1960, 1, 1), False, True),
    ],
)
def test_service_age_begins_at_18_and_ends_at_42(born: date, of_age: bool, past: bool) -> None:
    someone = facts(born=born)
    assert (conditions.is_of_service_age(someone), conditions.is_past_service_age(someone)) == (of_age, past)


@pytest.mark.parametrize(("born", "old_enough"), [(date(2016, 11, 22), True), (date(2016, 11, 23), False)])
def test_nobody_under_ten_has_a_record(born: date, old_enough: bool) -> None:
    assert conditions.is_of_penal_age(facts(born=born)) is old_enough


@pytest.mark.parametrize(("alive", "registered"), [(True, True), (False, True), (True, False)])
def test_alive_and_registered_are_asked_apart(alive: bool, registered: bool) -> None:
    someone = facts(alive=alive, registered=registered)
    assert (conditions.is_alive(someone), conditions.is_registered(someone)) == (alive, registered)


@pytest.mark.parametrize(
    ("status", "reserve", "owes"),
    [
        ("reserve", True, False),
        ("liable", False, True),
        ("deferred", False, True),
        ("evader", False, True),
        ("served", False, False),
        ("exempt", False, False),
        (None, False, False),
    ],
)
def test_what_a_service_record_means(status: str | None, reserve: bool, owes: bool) -> None:
    someone = facts(service_status=status)
    assert (conditions.is_of_the_reserve(someone), conditions.owes_compulsory_service(someone)) == (reserve, owes)
    assert (conditions.is_man(someone), conditions.is_man(facts(sex="F"))) == (True, False)


@pytest.mark.parametrize(
    ("until", "none_in_force", "to_renew"),
    [
        (None, True, False),
        (date(2026, 11, 21), True, False),
        (date(2026, 11, 22), False, True),
        (date(2027, 11, 22), False, True),
        (date(2027, 11, 23), False, False),
    ],
)
def test_a_deferral_is_in_force_through_its_last_day(until: date | None, none_in_force: bool, to_renew: bool) -> None:
    someone = facts(deferred_until=until)
    assert conditions.has_no_deferral_in_force(someone) is none_in_force
    assert conditions.has_a_deferral_to_renew(someone) is to_renew


@pytest.mark.parametrize(
    ("answers", "due", "may_ask"),
    [
        ({"renewal_reason": "pages_full"}, True, True),
        ({"renewal_reason": "pages_full", "passport_expires_on": date(2031, 1, 1)}, True, True),
        ({"renewal_reason": "expiring", "passport_expires_on": date(2027, 11, 22)}, True, True),
        ({"renewal_reason": "expiring", "passport_expires_on": date(2027, 11, 23)}, False, False),
        ({"renewal_reason": "expiring"}, False, False),
        ({"renewal_reason": "early", "passport_expires_on": date(2027, 11, 23)}, False, True),
        ({}, False, False),
    ],
)
def test_when_a_passport_may_be_renewed(answers: dict[str, object], due: bool, may_ask: bool) -> None:
    assert conditions.renewal_is_due(answers, TODAY) is due
    assert conditions.renewal_may_be_asked(answers, TODAY) is may_ask


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"renewal_reason": "early"}, False),
        ({"renewal_reason": "early", "early_reason": ""}, False),
        ({"renewal_reason": "early", "early_reason": "work"}, True),
        ({"renewal_reason": "expiring"}, True),
        ({}, True),
    ],
)
def test_who_renews_early_says_why(answers: dict[str, object], says: bool) -> None:
    assert conditions.says_why_early(answers, TODAY) is says


def test_the_tier_that_was_chosen() -> None:
    chosen = [({"tier": tier} if tier else {}) for tier in ("regular", "urgent", None)]
    assert [conditions.is_regular(answers) for answers in chosen] == [True, False, False]
    assert [conditions.is_urgent(answers) for answers in chosen] == [False, True, False]


@pytest.mark.parametrize(
    ("born", "last", "may"),
    [
        (date(2000, 1, 1), None, True),
        (date(1970, 1, 1), None, True),
        (date(2000, 1, 1), date(2025, 11, 22), True),
        (date(2000, 1, 1), date(2025, 11, 23), False),
        (date(1970, 1, 1), date(2015, 1, 1), False),
    ],
)
def test_a_visit_is_approved_once_a_year_and_once_for_the_older(born: date, last: date | None, may: bool) -> None:
    assert conditions.may_visit_again(facts(born=born, last_granted_on=last)) is may


@pytest.mark.parametrize(
    ("alive", "capacity", "living", "for_kin"),
    [(True, "holder", True, True), (False, "holder", False, False), (False, "relative", False, True)],
)
def test_documents_of_the_dead_are_for_their_kin(alive: bool, capacity: str, living: bool, for_kin: bool) -> None:
    someone = facts(alive=alive, capacity=capacity)
    assert (conditions.is_alive(someone), conditions.is_alive_or_asked_for_by_kin(someone)) == (living, for_kin)
    assert [conditions.is_registered(facts(registered=each)) for each in (True, False)] == [True, False]
