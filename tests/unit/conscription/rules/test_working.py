"""The working of a decision, step by step: code, law and every figure, as a man reads it."""

from dataclasses import replace
from datetime import date

import pytest

from services.conscription.rules.allowances import Man, cash, missed_service, reserve
from services.conscription.rules.deferral import first_deferral, renewal
from services.conscription.rules.working import Finding, Params, Price, Step, Terms
from shared.values.stays import Stay
from tests.factories.registers.allowances import prices

ON = date(2026, 11, 21)
# Each price has a law of its own, so that a step with another price's law is found.
PRICES = prices(lambda tier: f"law of {tier}")
LD30, LD31, MISSED = "LD 30/2007", "LD 31/2020", "Law 35/2017"
MAN = Man(born=date(2000, 5, 17), status="liable", stays=[(date(2024, 3, 1), None)])
RUNNING = Stay(date(2026, 1, 10), date(2027, 1, 9))
BORDER = Step("border_days.inside.inside", "Movement statements as printed")
MARGIN = Step("margin", "Beirut embassy notices", {"year": 2026, "days": 90, "advised": 76, "margin": 14})
STAY = Step("stay", LD30, {"from": "2024-03-02", "until": "2026-11-21", "days": 995})
NO_VISIT = Step("year_tolerated", LD30, {"year": 2026, "days": 0, "limit": 90})
BEFORE = Step("deferral_before", LD30, {"from": "2026-01-10", "until": "2027-01-09"})


def dollars(amount: int) -> dict[str, str | int]:
    return {"amount": amount * 100, "currency": "USD"}


def priced(code: str, law: str, amount: int, **params: str | int) -> Step:
    figures: Params = {**params, "amount": dollars(amount)}
    return Step(code, law, figures)


@pytest.mark.parametrize(
    ("minimum", "step"),
    [
        (995, Step("minimum_stay", LD30, {"days": 995, "minimum": 995})),
        (None, Step("minimum_stay_unknown", LD30)),
    ],
)
def test_a_first_deferral_says_how_it_was_reached(minimum: int | None, step: Step) -> None:
    decision = first_deferral(MAN, None, minimum, ON)
    granted = Step("deferral_granted", LD30, {"from": "2026-11-21", "until": "2027-11-20"})
    assert decision.steps == (BORDER, STAY, NO_VISIT, MARGIN, step, granted)
    assert (decision.period, decision.reason) == (Stay(date(2026, 11, 21), date(2027, 11, 20)), None)


def test_a_refused_deferral_shows_the_year_that_was_too_long() -> None:
    visit = replace(MAN, stays=[(date(2020, 1, 1), date(2026, 1, 31)), (date(2026, 5, 1), None)])
    decision = first_deferral(visit, None, None, ON)
    assert (decision.period, decision.reason) == (None, "too_long_in_syria")
    assert decision.steps == (
        BORDER,
        Step("stay", LD30, {"from": "2020-01-02", "until": "2026-01-30", "days": 2221}),
        Step("in_syria", LD30, {"from": "2026-01-31", "until": "2026-05-01", "days": 91}),
        Step("stay", LD30, {"from": "2026-05-02", "until": "2026-11-21", "days": 204}),
        Step("year_over", LD30, {"year": 2026, "days": 91, "limit": 90}),
        Step("margin", "Beirut embassy notices", {"year": 2026, "days": -1, "advised": 0, "margin": 14}),
        Step("minimum_stay_unknown", LD30),
    )


def test_a_man_in_syria_is_told_the_day_and_no_advice() -> None:
    decision = first_deferral(replace(MAN, stays=[]), None, 995, ON)
    assert decision.steps == (NO_VISIT, Step("not_abroad", LD30, {"on": "2026-11-21"}))


def test_a_renewal_names_the_deferral_before_and_the_day_it_was_filed() -> None:
    decision = renewal(MAN, RUNNING, ON, date(2026, 11, 25))
    later = Step("stay", LD30, {"from": "2024-03-02", "until": "2026-11-25", "days": 999})
    assert decision.steps == (
        BEFORE,
        Step("filed_in_time", LD30, {"on": "2026-11-21", "until": "2027-01-09"}),
        BORDER,
        later,
        NO_VISIT,
        MARGIN,
        Step("deferral_granted", LD30, {"from": "2027-01-10", "until": "2028-01-09"}),
    )


@pytest.mark.parametrize(
    ("filed_on", "on", "earliest", "reason"),
    [
        (date(2027, 1, 10), date(2027, 1, 10), None, "deferral_expired"),
        (date(2026, 1, 9), date(2026, 1, 9), None, "already_renewed"),
        (date(2026, 11, 9), date(2026, 11, 9), 60, "renewal_filed_too_early"),
        (date(2026, 11, 10), date(2026, 11, 10), 60, None),
    ],
)
def test_a_renewal_out_of_time_names_the_deferral_before_and_no_more(
    filed_on: date, on: date, earliest: int | None, reason: str | None
) -> None:
    decision = renewal(MAN, RUNNING, filed_on, on, earliest)
    assert decision.reason == reason
    assert (decision.steps == (BEFORE,)) is (reason is not None)
    assert first_deferral(MAN, RUNNING, None, RUNNING.last).steps == (BEFORE,)


RESERVIST = Man(born=date(1990, 6, 1), status="reserve", stays=[(date(2020, 1, 1), None)])
ABROAD = (
    BORDER,
    Step("stay", LD30, {"from": "2020-01-02", "until": "2026-11-21", "days": 2516}),
    MARGIN,
    Step("counted", LD31, {"from": "2020-01-02", "until": "2026-11-21", "years": 6}),
)
BY_YEAR_ABROAD = priced("reserve_abroad", "law of reserve_abroad", 5_000, years=6)
AGE_LATER = priced("reserve_age_later", "law of reserve_age", 4_800, on="2028-06-01", age=38)


def by_age(months: int, less: int, rest: int) -> Step:
    figures: Params = {"age": 38, "months": months, "less": dollars(less), "amount": dollars(rest)}
    return Step("reserve_age", "law of reserve_age", figures)


@pytest.mark.parametrize(
    ("changed", "price", "reason", "steps"),
    [
        ({}, "reserve_abroad", None, (*ABROAD, BY_YEAR_ABROAD, AGE_LATER)),
        (
            {"stays": []},
            None,
            "reserve_not_reached",
            (Step("reserve_abroad_never", "law of reserve_abroad", {"years": 1}), AGE_LATER),
        ),
        (
            {"stays": [(date(2026, 5, 1), None)]},
            None,
            "reserve_not_reached",
            (
                BORDER,
                Step("stay", LD30, {"from": "2026-05-02", "until": "2026-11-21", "days": 204}),
                MARGIN,
                Step("counted", LD31, {"from": "2026-05-02", "until": "2026-11-21", "years": 0}),
                priced("reserve_abroad_later", "law of reserve_abroad", 5_000, on="2027-05-01"),
                AGE_LATER,
            ),
        ),
        (
            {"born": date(1988, 11, 21), "reserve_months": 5},
            "reserve_age",
            None,
            (*ABROAD, BY_YEAR_ABROAD, by_age(5, 1_000, 3_800)),
        ),
        (
            {"born": date(1988, 11, 21), "reserve_months": 5, "disability": "partial"},
            "reserve_disability",
            None,
            (
                *ABROAD,
                BY_YEAR_ABROAD,
                by_age(5, 1_000, 3_800),
                priced("reserve_disability", "law of reserve_disability", 3_000),
            ),
        ),
        (
            {"born": date(1988, 11, 21), "reserve_months": 24, "disability": "total"},
            None,
            "nothing_left_to_pay",
            (*ABROAD, BY_YEAR_ABROAD, by_age(24, 4_800, 0)),
        ),
        (
            {"born": date(1988, 11, 21), "reserve_months": 30},
            None,
            "nothing_left_to_pay",
            (*ABROAD, BY_YEAR_ABROAD, by_age(30, 6_000, 0)),
        ),
        (
            {"born": date(1988, 11, 21), "reserve_months": 23},
            "reserve_age",
            None,
            (*ABROAD, BY_YEAR_ABROAD, by_age(23, 4_600, 200)),
        ),
    ],
)
def test_the_reserve_pays_the_least_of_three_amounts(
    changed: dict[str, object], price: str | None, reason: str | None, steps: tuple[Step, ...]
) -> None:
    found = reserve(replace(RESERVIST, **changed), PRICES, ON)  # type: ignore[arg-type]
    assert (found.price and found.price.tier, found.reason) == (price, reason)
    amount = (Step("amount", found.price.law, {"amount": found.price.serialise()}),) if found.price else ()
    assert found.steps == (*steps, *amount)


@pytest.mark.parametrize(
    ("missing", "codes"),
    [
        ("reserve_abroad", ["reserve_age_later"]),
        ("reserve_age", ["reserve_abroad", "amount"]),
        ("reserve_month_served", ["reserve_abroad", "amount"]),
    ],
)
def test_a_price_that_no_law_names_yet_leaves_its_step_out(missing: str, codes: list[str]) -> None:
    known = {tier: price for tier, price in PRICES.items() if tier != missing}
    assert [step.code for step in reserve(RESERVIST, known, ON).steps[len(ABROAD) :]] == codes


@pytest.mark.parametrize(
    ("status", "terms", "reason"),
    [
        ("served", Terms(), "service_already_settled"),
        ("exempt", Terms(), "service_already_settled"),
        ("only_son", Terms(), "service_already_settled"),
        ("liable", Terms(), "not_of_the_reserve"),
        ("reserve", Terms(reserve_upper_age=36), "past_reserve_age"),
        ("reserve", Terms(reserve_upper_age=37), None),
    ],
)
def test_who_is_not_of_the_reserve_is_told_why(status: str, terms: Terms, reason: str | None) -> None:
    found = reserve(replace(RESERVIST, status=status), PRICES, ON, terms)
    assert found.reason == reason
    if reason:
        assert found == Finding(None, reason)


EVADER = Man(born=date(1981, 4, 11), status="evader")
PASSED = Step("passed_age", LD30, {"on": "2023-04-11", "age": 42})
BASE = priced("missed_base", "law of missed_service", 8_000)


def late_by(years: int, amount: int) -> Step:
    figures: Params = {"years": years, "rate": dollars(200), "amount": dollars(amount), "most": dollars(2_000)}
    return Step("late_addition", "law of missed_service_year_late", figures)


@pytest.mark.parametrize(
    ("on", "terms", "payable", "months", "last", "total"),
    [
        (date(2026, 11, 21), Terms(), "2023-07-11", 3, late_by(3, 600), 8_600),
        (date(2040, 1, 1), Terms(), "2023-07-11", 3, late_by(16, 2_000), 10_000),
        (date(2024, 7, 11), Terms(), "2023-07-11", 3, late_by(1, 200), 8_200),
        (
            date(2024, 7, 10),
            Terms(),
            "2023-07-11",
            3,
            Step("not_late", MISSED, {"on": "2024-07-11", "rate": dollars(200)}),
            8_000,
        ),
        (
            date(2026, 11, 21),
            Terms(months_to_pay=6, late_from=date(2025, 8, 1)),
            "2026-02-01",
            6,
            Step("not_late", MISSED, {"on": "2027-02-01", "rate": dollars(200)}),
            8_000,
        ),
    ],
)
def test_missed_service_shows_each_figure(
    on: date, terms: Terms, payable: str, months: int, last: Step, total: int
) -> None:
    found = missed_service(EVADER, PRICES, on, terms)
    law = "law of missed_service"
    assert found.price == Price("missed_service", total * 100, "USD", law)
    until = Step("payable_until", MISSED, {"on": payable, "months": months})
    assert found.steps == (PASSED, BASE, until, last, priced("amount", law, total))


@pytest.mark.parametrize(
    ("left_on", "tier", "last_steps"),
    [
        (
            date(2026, 1, 1),
            None,
            (Step("tier_not_reached", LD31, {"years": 0}), Step("tier_next", LD31, {"years": 1, "on": "2027-01-01"})),
        ),
        (
            date(2025, 1, 1),
            "one_year",
            (Step("tier_reached", LD31, {"years": 1}), Step("tier_next", LD31, {"years": 2, "on": "2027-01-01"})),
        ),
        (
            date(2024, 1, 1),
            "two_years",
            (Step("tier_reached", LD31, {"years": 2}), Step("tier_next", LD31, {"years": 3, "on": "2027-01-01"})),
        ),
        (
            date(2023, 1, 1),
            "three_years",
            (Step("tier_reached", LD31, {"years": 3}), Step("tier_next", LD31, {"years": 4, "on": "2027-01-01"})),
        ),
        (date(2022, 1, 1), "four_years", (Step("tier_highest", LD31, {"years": 4}),)),
        (date(2021, 1, 1), "four_years", (Step("tier_highest", LD31, {"years": 5}),)),
    ],
)
def test_each_tier_names_the_next_one(left_on: date, tier: str | None, last_steps: tuple[Step, ...]) -> None:
    found = cash(replace(MAN, stays=[(left_on, None)]), PRICES, ON)
    assert found.price == (PRICES[tier] if tier else None)
    assert found.reason == (None if tier else "residence_too_short")
    amount = (Step("amount", PRICES[tier].law, {"amount": PRICES[tier].serialise()}),) if tier else ()
    assert found.steps[-len(last_steps) - len(amount) :] == (*last_steps, *amount)


@pytest.mark.parametrize(
    ("left_on", "tier", "step"),
    [
        (date(2000, 5, 17), "born_abroad", Step("born_abroad", LD31, {"until": "2018-05-17"})),
        (date(2008, 5, 17), "born_abroad_ten_years", Step("born_abroad_ten_years", LD31, {"years": 10})),
        (date(2008, 5, 18), "four_years", Step("tier_highest", LD31, {"years": 18})),
    ],
)
def test_a_birth_abroad_counts_until_the_day_of_the_draft(left_on: date, tier: str, step: Step) -> None:
    found = cash(replace(MAN, born_abroad=True, stays=[(left_on, None)]), PRICES, ON)
    assert found.price == PRICES[tier] and found.steps[-2] == step


@pytest.mark.parametrize(
    ("status", "born", "reason"),
    [
        ("served", date(2000, 1, 1), "service_already_settled"),
        ("reserve", date(2000, 1, 1), "reserve_has_its_own_allowance"),
        ("liable", date(2008, 11, 22), "outside_service_age"),
        ("liable", date(1984, 11, 21), "outside_service_age"),
    ],
)
def test_who_owes_no_allowance_is_told_why(status: str, born: date, reason: str) -> None:
    assert cash(replace(MAN, status=status, born=born), PRICES, ON) == Finding(None, reason)
