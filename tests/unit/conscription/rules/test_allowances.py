"""The three allowances on the birthdays that matter, year by year, and what must hold for any record."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.conscription.rules.allowances import Man, cash, missed_service, reserve
from services.conscription.rules.residence import residence
from services.conscription.rules.working import Finding
from shared.catalogue import CATALOGUE
from shared.catalogue.model import Facts
from shared.values.dates import add_years, local_date
from tests.factories.registers.allowances import prices

pytestmark = pytest.mark.clock

ON = date(2026, 11, 21)
LAW = "test"
PRICES = prices(lambda _: LAW)
LONG_ABROAD = [(date(2010, 1, 1), None)]
TURNED = date(2023, 4, 11)
EVADER = Man(born=date(1981, 4, 11), status="evader")
RESERVIST = Man(born=date(1990, 6, 1), status="reserve", stays=[(date(2020, 1, 1), None)])


def outcome(found: Finding) -> tuple[str | None, int | None]:
    """Tier and dollars, or the reason why not."""
    return (found.price.tier, found.price.amount // 100) if found.price else (found.reason, None)


def codes(found: Finding) -> list[str]:
    return [step.code for step in found.steps]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (TURNED - timedelta(1), ("not_past_service_age", None)),
        (TURNED, ("missed_service", 8_000)),
        (date(2023, 7, 11), ("missed_service", 8_000)),  # the last of the three months
        (date(2024, 7, 10), ("missed_service", 8_000)),  # late, but not yet by a whole year
        (date(2024, 7, 11), ("missed_service", 8_200)),
        (date(2026, 11, 21), ("missed_service", 8_600)),
        (date(2033, 7, 11), ("missed_service", 10_000)),
        (date(2050, 1, 1), ("missed_service", 10_000)),  # never more than the cap
    ],
)
def test_missed_service_by_day(on: date, expected: tuple[str, int | None]) -> None:
    assert outcome(missed_service(EVADER, PRICES, on)) == expected


def test_missed_service_shows_the_addition_and_what_comes_next() -> None:
    late = missed_service(EVADER, PRICES, ON)
    assert codes(late) == ["passed_age", "missed_base", "payable_until", "late_addition", "amount"]
    assert late.steps[3].params["years"] == 3
    assert late.steps[3].params["amount"] == {"amount": 60_000, "currency": "USD"}
    in_time = missed_service(EVADER, PRICES, TURNED)
    assert in_time.steps[3].code == "not_late" and in_time.steps[3].params["on"] == "2024-07-11"


def test_who_was_born_on_a_leap_day_turns_42_on_the_first_of_march() -> None:
    born = replace(EVADER, born=date(1984, 2, 29))
    assert outcome(missed_service(born, PRICES, date(2026, 2, 28))) == ("not_past_service_age", None)
    assert outcome(missed_service(born, PRICES, date(2026, 3, 1))) == ("missed_service", 8_000)


@pytest.mark.parametrize("status", ["served", "exempt", "only_son", "reserve"])
def test_who_has_missed_nothing(status: str) -> None:
    assert outcome(missed_service(replace(EVADER, status=status), PRICES, ON)) == ("service_already_settled", None)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ("reserve_abroad", 5_000)),
        ({"stays": [(date(2025, 11, 21), None)]}, ("reserve_abroad", 5_000)),  # a year to the day
        ({"stays": [(date(2025, 11, 22), None)]}, ("reserve_not_reached", None)),
        ({"stays": []}, ("reserve_not_reached", None)),
        ({"born": date(1988, 11, 21)}, ("reserve_age", 4_800)),  # 38 today
        ({"born": date(1988, 11, 22)}, ("reserve_abroad", 5_000)),
        ({"born": date(1980, 1, 1), "stays": []}, ("reserve_age", 4_800)),
        ({"born": date(1980, 1, 1), "reserve_months": 10}, ("reserve_age", 2_800)),
        ({"born": date(1980, 1, 1), "reserve_months": 24}, ("nothing_left_to_pay", None)),
        ({"born": date(1980, 1, 1), "reserve_months": 60}, ("nothing_left_to_pay", None)),
        ({"disability": "partial"}, ("reserve_disability", 3_000)),
        ({"disability": "partial", "stays": []}, ("reserve_disability", 3_000)),
        ({"disability": "partial", "born": date(1980, 1, 1), "reserve_months": 12}, ("reserve_age", 2_400)),
        ({"status": "liable"}, ("not_of_the_reserve", None)),
        ({"status": "served"}, ("service_already_settled", None)),
    ],
)
def test_the_reserve_owes_the_least_of_what_applies(
    changed: dict[str, object], expected: tuple[str, int | None]
) -> None:
    assert outcome(reserve(replace(RESERVIST, **changed), PRICES, ON)) == expected  # type: ignore[arg-type]


def test_a_law_not_yet_in_force_opens_no_way() -> None:
    before = {tier: price for tier, price in PRICES.items() if tier != "reserve_age"}
    old = replace(RESERVIST, born=date(1980, 1, 1), stays=[])
    assert outcome(reserve(old, before, ON)) == ("reserve_not_reached", None)


def test_the_reserve_sees_when_the_next_way_opens() -> None:
    found = reserve(replace(RESERVIST, stays=[(date(2026, 3, 1), None)]), PRICES, ON)
    told = {step.code: step.params.get("on") for step in found.steps}
    assert told["reserve_abroad_later"] == "2027-03-01"
    assert told["reserve_age_later"] == "2028-06-01"


@pytest.mark.parametrize(
    ("age", "days", "cash_says", "missed_says"),
    [
        (18, -1, "outside_service_age", "not_past_service_age"),
        (18, 0, "four_years", "not_past_service_age"),
        (42, -1, "four_years", "not_past_service_age"),
        (42, 0, "outside_service_age", "missed_service"),
        (43, 0, "outside_service_age", "missed_service"),
    ],
)
def test_birthdays(age: int, days: int, cash_says: str, missed_says: str) -> None:
    on = add_years(date(2000, 5, 17), age) + timedelta(days)
    man = Man(born=date(2000, 5, 17), status="liable", stays=LONG_ABROAD)
    assert outcome(cash(man, PRICES, on))[0] == cash_says
    assert outcome(missed_service(man, PRICES, on))[0] == missed_says


@pytest.mark.parametrize(
    ("zone", "unmet_cash", "unmet_missed"),
    [("America/New_York", [], ["past_service_age"]), ("Asia/Damascus", ["service_age"], [])],
)
def test_his_42nd_birthday_comes_by_the_clock_of_the_mission(
    zone: str, unmet_cash: list[str], unmet_missed: list[str]
) -> None:
    instant = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # the 21st already in Damascus, not yet in New York
    facts = Facts("p", local_date(instant, zone), sex="M", born=date(1984, 11, 21), service_status="evader")
    assert [one.code for one in CATALOGUE["cash-allowance"].unmet(facts)] == unmet_cash
    assert [one.code for one in CATALOGUE["missed-service-allowance"].unmet(facts)] == unmet_missed


# At half past eleven in the evening, UTC, it is his birthday already in Damascus and not yet in New York.
@pytest.mark.parametrize(
    ("turns", "here", "there"),
    [
        (17, {"service_age", "past_service_age"}, {"service_age", "past_service_age"}),
        (18, {"past_service_age"}, {"service_age", "past_service_age"}),
        (42, {"service_age"}, {"past_service_age"}),
        (43, {"service_age"}, {"service_age"}),
    ],
)
def test_each_birthday_by_two_clocks(turns: int, here: set[str], there: set[str]) -> None:
    instant = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    for zone, unmet in (("Asia/Damascus", here), ("America/New_York", there)):
        born = date(2026 - turns, 11, 21)
        facts = Facts("p", local_date(instant, zone), sex="M", born=born, service_status="evader")
        both = [*CATALOGUE["cash-allowance"].unmet(facts), *CATALOGUE["missed-service-allowance"].unmet(facts)]
        assert {one.code for one in both} == unmet


@pytest.mark.parametrize(
    ("facts", "unmet"),
    [
        ({"service_status": "reserve"}, []),
        ({"service_status": "liable"}, ["of_the_reserve"]),
        ({"service_status": None, "sex": "F"}, ["man", "of_the_reserve"]),
    ],
)
def test_who_may_ask_for_the_reserve_allowance(facts: dict[str, str | None], unmet: list[str]) -> None:
    known = Facts("p", ON, **{"sex": "M", "born": date(1990, 1, 1), **facts})  # type: ignore[arg-type]
    assert [one.code for one in CATALOGUE["reserve-cash-allowance"].unmet(known)] == unmet


BROKEN = [(date(2019, 1, 1), date(2022, 3, 31)), (date(2022, 8, 1), None)]  # 124 days in Syria in 2022


def test_a_paid_extension_keeps_a_year_that_would_have_broken() -> None:
    assert residence(BROKEN, ON).since == date(2022, 8, 2)
    kept = residence(BROKEN, ON, frozenset({2022}))
    assert kept.since == date(2019, 1, 2)
    assert [step.params for step in kept.steps if step.code == "year_extended"] == [
        {"year": 2022, "days": 124, "limit": 150}
    ]
    assert residence(BROKEN, ON, frozenset({2021})).since == date(2022, 8, 2)


def test_the_working_says_what_an_extension_would_have_cost() -> None:
    man = Man(born=date(1997, 3, 14), status="liable", stays=BROKEN)
    (step,) = [step for step in cash(man, PRICES, ON).steps if step.code == "extension_missing"]
    assert step.params == {"year": 2022, "days": 60, "amount": {"amount": 20_000, "currency": "USD"}}
    too_long = replace(man, stays=[(date(2019, 1, 1), date(2022, 3, 1)), (date(2022, 8, 1), None)])
    assert "extension_missing" not in codes(cash(too_long, PRICES, ON))


@pytest.mark.parametrize(
    ("back", "left", "advised"),
    [(date(2026, 2, 21), 88, 74), (date(2026, 5, 5), 15, 1), (date(2026, 5, 10), 10, 0), (date(2026, 5, 20), 0, 0)],
)
def test_the_margin_advises_two_weeks_less_than_the_law_leaves(back: date, left: int, advised: int) -> None:
    stays = [(date(2020, 1, 1), date(2026, 2, 20)), (back, None)]
    (step,) = [step for step in residence(stays, ON).steps if step.code == "margin"]
    assert step.params == {"year": 2026, "days": left, "advised": advised, "margin": 14}


days = st.dates(date(2005, 1, 1), ON)
intervals = st.lists(st.tuples(days, st.one_of(st.none(), days)), max_size=6)
years = st.frozensets(st.integers(2005, 2026), max_size=4)
men = st.builds(
    Man,
    born=st.dates(date(1985, 1, 1), date(2008, 11, 21)),
    status=st.sampled_from(["liable", "evader", "reserve"]),
    born_abroad=st.booleans(),
    stays=intervals,
    extended=years,
    reserve_months=st.integers(0, 30),
    disability=st.sampled_from([None, "partial"]),
)


def owed(man: Man) -> int:
    """Cents due; what cannot be had at any price is dearer than all, what needs no payment costs nothing."""
    found = (reserve if man.status == "reserve" else cash)(man, PRICES, ON)
    return found.price.amount if found.price else 0 if found.reason == "nothing_left_to_pay" else 10**9


@given(men, days, st.integers(0, 400))
def test_more_days_abroad_never_raise_any_amount(man: Man, first: date, length: int) -> None:
    longer = replace(man, stays=[*man.stays, (first, first + timedelta(length))])
    assert owed(longer) <= owed(man)


@given(men, st.integers(2005, 2026))
def test_an_extension_never_raises_the_amount(man: Man, year: int) -> None:
    assert owed(replace(man, extended=man.extended | {year})) <= owed(man)


@given(men, st.integers(0, 5), st.integers(1, 300))
def test_splitting_an_interval_changes_nothing_for_anybody(man: Man, which: int, at: int) -> None:
    if which >= len(man.stays):
        return
    first, last = man.stays[which]
    cut = first + timedelta(at)
    if cut + timedelta(1) > (last or ON):
        return
    split = [*man.stays[:which], (first, cut + timedelta(1)), (cut, last), *man.stays[which + 1 :]]
    rule = reserve if man.status == "reserve" else cash
    assert rule(replace(man, stays=split), PRICES, ON) == rule(man, PRICES, ON)


@given(men)
def test_every_finding_shows_a_clause_for_each_step(man: Man) -> None:
    found = (reserve if man.status == "reserve" else cash)(man, PRICES, ON)
    assert all(step.law for step in found.steps)
    assert (found.price is None) != (found.reason is None)


@given(st.dates(date(1960, 1, 1), date(1984, 11, 21)), st.integers(0, 4000))
def test_waiting_never_makes_missed_service_cheaper(born: date, later: int) -> None:
    man = Man(born=born, status="evader")
    now, then = missed_service(man, PRICES, ON), missed_service(man, PRICES, ON + timedelta(later))
    assert now.price and then.price and 800_000 <= now.price.amount <= then.price.amount <= 1_000_000
