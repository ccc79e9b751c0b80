"""Deferrals year by year: windows, renewals in time, days in Syria, and chains that never overlap."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.conscription.rules.allowances import Man
from services.conscription.rules.deferral import Decision, first_deferral, renewal
from shared.catalogue import CATALOGUE
from shared.catalogue.model import Facts
from shared.values.dates import add_years
from shared.values.stays import Stay

pytestmark = pytest.mark.clock

ON = date(2026, 11, 21)
MAN = Man(born=date(2000, 5, 17), status="liable", stays=[(date(2024, 3, 1), None)])
RUNNING = Stay(date(2026, 1, 10), date(2027, 1, 9))


def explanations(decision: Decision) -> tuple[str, str] | str | None:
    """First and last day, or the reason why not."""
    period = decision.period
    return (period.first.isoformat(), period.last.isoformat()) if period else decision.reason


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ("2026-11-21", "2027-11-20")),
        ({"status": "evader"}, ("2026-11-21", "2027-11-20")),
        ({"status": "deferred"}, ("2026-11-21", "2027-11-20")),  # on another ground
        ({"status": "served"}, "service_already_settled"),
        ({"status": "reserve"}, "reserve_not_deferred"),
        ({"born": date(2008, 11, 21)}, ("2026-11-21", "2027-11-20")),  # 18 today
        ({"born": date(2008, 11, 22)}, "outside_service_age"),
        ({"born": date(1984, 11, 22)}, ("2026-11-21", "2027-11-20")),
        ({"born": date(1984, 11, 21)}, "outside_service_age"),
        ({"stays": []}, "not_abroad"),
        ({"stays": [(date(2020, 1, 1), date(2026, 11, 20))]}, "not_abroad"),
        ({"stays": [(date(2026, 11, 21), None)]}, ("2026-11-21", "2027-11-20")),  # left today; no least stay is known
        ({"stays": [(date(2020, 1, 1), date(2026, 1, 31)), (date(2026, 4, 30), None)]}, ("2026-11-21", "2027-11-20")),
        ({"stays": [(date(2020, 1, 1), date(2026, 1, 31)), (date(2026, 5, 1), None)]}, "too_long_in_syria"),
        (
            {"stays": [(date(2020, 1, 1), date(2026, 1, 31)), (date(2026, 5, 3), None)], "extended": frozenset({2026})},
            ("2026-11-21", "2027-11-20"),
        ),
        # The long visit was in another year.
        (
            {"stays": [(date(2020, 1, 1), date(2025, 1, 31)), (date(2025, 8, 1), None)]},
            ("2026-11-21", "2027-11-20"),
        ),
        # A record that runs backwards proves no stay.
        ({"stays": [(date(2026, 6, 1), date(2020, 1, 1))]}, "not_abroad"),
    ],
)
def test_a_first_deferral(changed: dict[str, object], expected: object) -> None:
    assert explanations(first_deferral(replace(MAN, **changed), None, None, ON)) == expected  # type: ignore[arg-type]


def test_a_first_deferral_does_not_overlap_one_in_force() -> None:
    assert explanations(first_deferral(MAN, RUNNING, None, RUNNING.last)) == "deferral_in_force"
    assert explanations(first_deferral(MAN, RUNNING, None, RUNNING.last + timedelta(1))) == ("2027-01-10", "2028-01-09")


@pytest.mark.parametrize(("minimum", "expected"), [(995, ("2026-11-21", "2027-11-20")), (996, "stay_too_short")])
def test_a_least_stay_counts_once_its_length_is_known(minimum: int, expected: object) -> None:
    decided = first_deferral(MAN, None, minimum, ON)
    assert explanations(decided) == expected
    assert [step.params for step in decided.steps if step.code == "minimum_stay"] == [{"days": 995, "minimum": minimum}]


def test_an_unknown_least_stay_is_said_not_invented() -> None:
    assert "minimum_stay_unknown" in [step.code for step in first_deferral(MAN, None, None, ON).steps]


@pytest.mark.parametrize(
    ("filed", "decided", "expected"),
    [
        ("2026-11-21", "2026-11-21", ("2027-01-10", "2028-01-09")),
        ("2027-01-09", "2027-01-09", ("2027-01-10", "2028-01-09")),
        ("2027-01-09", "2027-02-20", ("2027-01-10", "2028-01-09")),  # filed in time, decided later
        ("2027-01-10", "2027-01-10", "deferral_expired"),
    ],
)
def test_a_renewal_is_judged_by_the_day_it_was_filed(filed: str, decided: str, expected: object) -> None:
    days = date.fromisoformat(filed), date.fromisoformat(decided)
    assert explanations(renewal(MAN, RUNNING, *days)) == expected


def test_one_year_at_a_time() -> None:
    ahead = Stay(date(2027, 1, 10), date(2028, 1, 9))
    assert explanations(renewal(MAN, ahead, ON, ON)) == "already_renewed"
    assert explanations(renewal(MAN, ahead, ahead.first, ahead.first)) == ("2028-01-10", "2029-01-09")
    assert explanations(renewal(MAN, None, ON, ON)) == "no_deferral_to_renew"


def test_a_renewal_looks_at_every_year_since_the_deferral_began() -> None:
    visit = [(date(2020, 1, 1), date(2025, 6, 1)), (date(2025, 10, 1), None)]
    began_then = Stay(date(2025, 12, 1), date(2026, 11, 30))
    assert explanations(renewal(replace(MAN, stays=visit), began_then, ON, ON)) == "too_long_in_syria"
    assert explanations(renewal(replace(MAN, stays=visit), RUNNING, ON, ON)) == ("2027-01-10", "2028-01-09")


def test_no_renewal_begins_after_the_42nd_birthday() -> None:
    assert explanations(renewal(replace(MAN, born=date(1985, 1, 11)), RUNNING, ON, ON)) == ("2027-01-10", "2028-01-09")
    assert explanations(renewal(replace(MAN, born=date(1985, 1, 10)), RUNNING, ON, ON)) == "outside_service_age"


def test_a_year_from_a_leap_day_ends_on_the_last_of_february() -> None:
    leap = date(2024, 2, 29)
    period = first_deferral(replace(MAN, stays=[(date(2020, 1, 1), None)]), None, None, leap).period
    assert period == Stay(leap, date(2025, 2, 28))


@pytest.mark.parametrize(
    ("slug", "until", "unmet"),
    [
        ("residence-deferral", None, []),
        ("residence-deferral", date(2026, 11, 20), []),
        ("residence-deferral", date(2026, 11, 21), ["no_deferral_in_force"]),
        ("residence-deferral-renewal", None, ["deferral_to_renew"]),
        ("residence-deferral-renewal", date(2026, 11, 20), ["deferral_to_renew"]),
        ("residence-deferral-renewal", date(2026, 11, 21), []),
        ("residence-deferral-renewal", date(2027, 11, 20), []),
        # The register counts in Damascus, where it may be tomorrow already.
        ("residence-deferral-renewal", date(2027, 11, 21), []),
        ("residence-deferral-renewal", date(2027, 11, 22), ["deferral_to_renew"]),
    ],
)
def test_who_may_ask_for_which(slug: str, until: date | None, unmet: list[str]) -> None:
    facts = Facts("p", ON, sex="M", born=date(2000, 1, 1), service_status="deferred", deferred_until=until)
    assert [one.code for one in CATALOGUE[slug].unmet(facts)] == unmet


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 500)), max_size=12))
def test_however_a_man_asks_his_periods_never_overlap(asked: list[tuple[bool, int]]) -> None:
    man = replace(MAN, born=date(2007, 1, 1), stays=[(date(2007, 1, 1), None)])
    on, granted = date(2025, 6, 1), list[Stay]()
    for again, later in asked:
        on += timedelta(later)
        last = granted[-1] if granted else None
        decided = renewal(man, last, on, on) if again else first_deferral(man, last, None, on)
        if decided.period:
            granted.append(decided.period)
    for one, two in pairwise(granted):
        assert one.last < two.first
    assert all(add_years(one.first, 1) == one.last + timedelta(1) for one in granted)


def test_the_working_says_each_year_with_its_days_and_its_limit() -> None:
    steps = first_deferral(MAN, None, None, ON).steps
    years = [step for step in steps if step.code in ("year_tolerated", "year_over")]
    assert years and all(set(step.params) == {"year", "days", "limit"} for step in years)
