"""The dated parameters of the laws: what each changes once it has a value, and nothing while it has none."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.conscription.rules.allowances import Man, missed_service, reserve
from services.conscription.rules.deferral import renewal
from services.conscription.rules.working import Finding, Price, Terms
from shared.values.stays import Stay

PRICES = {
    tier: Price(tier, dollars * 100, "USD", "a law")
    for tier, dollars in {
        "missed_service": 8_000,
        "missed_service_year_late": 200,
        "missed_service_cap": 2_000,
        "reserve_abroad": 5_000,
    }.items()
}
RESERVIST = Man(born=date(1990, 6, 1), status="reserve", stays=[(date(2020, 1, 1), None)])

# Turned 42 in 2005, long before the law on missed service.
LONG_PAST = Man(born=date(1963, 1, 1), status="evader")
LAW = Terms(months_to_pay=3, late_from=date(2014, 12, 31))


def outcome(found: Finding) -> tuple[str | None, int | None]:
    """Tier and dollars, or the reason why not."""
    return (found.price.tier, found.price.amount // 100) if found.price else (found.reason, None)


@pytest.mark.parametrize(
    ("on", "dollars"),
    [
        (date(2015, 3, 31), 8_000),
        (date(2016, 3, 30), 8_000),
        (date(2016, 3, 31), 8_200),
        (date(2026, 11, 29), 10_000),
    ],
)
def test_nobody_was_late_before_the_law(on: date, dollars: int) -> None:
    assert outcome(missed_service(LONG_PAST, PRICES, on, LAW)) == ("missed_service", dollars)


def test_the_months_to_pay_are_a_parameter() -> None:
    half_a_year = replace(LAW, months_to_pay=6)
    assert outcome(missed_service(LONG_PAST, PRICES, date(2016, 5, 1), LAW)) == ("missed_service", 8_200)
    found = missed_service(LONG_PAST, PRICES, date(2016, 5, 1), half_a_year)
    assert outcome(found) == ("missed_service", 8_000)
    assert next(step for step in found.steps if step.code == "payable_until").params == {
        "on": "2015-06-30",
        "months": 6,
    }


@pytest.mark.parametrize(("age", "expected"), [(None, "reserve_abroad"), (37, "reserve_abroad"), (36, None)])
def test_the_upper_age_of_the_reserve_counts_once_it_is_known(age: int | None, expected: str | None) -> None:
    on = date(2026, 11, 29)
    found = reserve(RESERVIST, PRICES, on, Terms(reserve_upper_age=age))
    assert outcome(found)[0] == (expected or "past_reserve_age")


MAN = Man(born=date(1998, 5, 5), status="deferred", stays=[(date(2020, 1, 1), None)])
RUNNING = Stay(date(2026, 1, 10), date(2027, 1, 9))


@pytest.mark.parametrize(
    ("earliest", "filed", "reason"),
    [
        (None, date(2026, 1, 10), None),
        (365, date(2026, 1, 10), None),
        (60, date(2026, 11, 9), "renewal_filed_too_early"),
        (60, date(2026, 11, 10), None),
        (60, date(2027, 1, 10), "deferral_expired"),
    ],
)
def test_the_earliest_renewal_is_a_parameter(earliest: int | None, filed: date, reason: str | None) -> None:
    assert renewal(MAN, RUNNING, filed, filed, earliest).reason == reason


def test_by_the_row_of_today_a_leap_years_deferral_is_renewed_from_its_first_day() -> None:
    leap = Stay(date(2027, 6, 1), date(2028, 5, 31))
    assert (leap.last - leap.first) == timedelta(365)
    assert renewal(MAN, leap, leap.first, leap.first, 365).reason is None
