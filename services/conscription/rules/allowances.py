"""Calculates the three allowances: in lieu of service, of the reserve, and for service missed until the age of 42."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.conscription.rules.residence import NO_YEARS, Residence, complete_on, residence
from services.conscription.rules.stays import Interval
from services.conscription.rules.working import Finding, Params, Price, Prices, Step, Terms
from shared.values.dates import DAY, add_months, add_years, age_on, partial_iso

DRAFT_AGE, LIABLE_UNTIL_AGE = 18, 42
AGE_LAW = "LD 30/2007"
# How rules count from a birth without a day: by what the civil register enters, not by a law that was read.
BIRTH_RULE = "Births without a day"
MISSED_LAW = "Law 35/2017"
NO_TERMS = Terms()
LONG_BIRTH_STAY_YEARS = 10
RESERVE_YEARS_ABROAD = 1
# Completed years abroad and the tier they reach, highest first (Legislative Decree 31/2020).
TIERS = ((4, "four_years"), (3, "three_years"), (2, "two_years"), (1, "one_year"))
SETTLED = frozenset({"served", "exempt", "only_son"})


@dataclass(frozen=True)
class Man:
    """One man's facts from the service record and the movement record. `extended` are years with a paid extension."""

    born: date
    status: str
    born_abroad: bool = False
    stays: Sequence[Interval] = ()
    extended: frozenset[int] = NO_YEARS
    reserve_months: int = 0
    disability: str | None = None
    born_precision: str = DAY


def birth_steps(man: Man) -> tuple[Step, ...]:
    """Says from which day ages and stays are counted, where the day of birth is not known."""
    if man.born_precision == DAY:
        return ()
    known = partial_iso(man.born, man.born_precision)
    return (Step(f"born_by_{man.born_precision}", BIRTH_RULE, {"born": known, "on": man.born.isoformat()}),)


def refusal_reason(status: str, born: date, on: date) -> str | None:
    """The reason why a man owes no allowance in lieu of service, or None.

    He is liable from 18 to 42, unless he has served or is exempt.
    """
    if status in SETTLED:
        return "service_already_settled"
    if status == "reserve":
        return "reserve_has_its_own_allowance"
    return None if DRAFT_AGE <= age_on(born, on) < LIABLE_UNTIL_AGE else "outside_service_age"


def tier(
    born: date,
    born_abroad: bool,
    intervals: Sequence[Interval],
    on: date,
    extended: frozenset[int] = NO_YEARS,
    extension: Price | None = None,
) -> tuple[str | None, Residence]:
    """The tier a man reaches on a day (None below one year), and the residence it is based on.

    Tiers: LD 31/2020; the one for men born abroad with ten years' residence is reported, not read (certainty M).
    """
    if born_abroad:
        draft_day = min(add_years(born, DRAFT_AGE), on)
        youth = residence(intervals, draft_day, extended, extension, born)
        if youth.since is not None and youth.since <= born:
            return "born_abroad", youth.with_step("born_abroad", {"until": draft_day.isoformat()})
        if youth.years >= LONG_BIRTH_STAY_YEARS:
            return "born_abroad_ten_years", youth.with_step("born_abroad_ten_years", {"years": youth.years})
    abroad = residence(intervals, on, extended, extension, born)
    tier_name = next((name for years, name in TIERS if abroad.years >= years), None)
    if tier_name is None:
        return None, _with_next_tier(abroad.with_step("tier_not_reached", {"years": abroad.years}), len(TIERS) - 1)
    index = [name for _, name in TIERS].index(tier_name)
    with_reached_tier = abroad.with_step("tier_highest" if index == 0 else "tier_reached", {"years": abroad.years})
    return tier_name, _with_next_tier(with_reached_tier, index - 1)


def _with_next_tier(abroad: Residence, index: int) -> Residence:
    """Adds the day on which the tier at `index` will be reached, unless there is none higher or no residence."""
    if index < 0 or abroad.since is None:
        return abroad
    years = TIERS[index][0]
    return abroad.with_step("tier_next", {"years": years, "on": complete_on(abroad.since, years).isoformat()})


def cash(man: Man, prices: Prices, on: date, _terms: Terms = NO_TERMS) -> Finding:
    """The allowance in lieu of compulsory service, by years abroad."""
    reason = refusal_reason(man.status, man.born, on)
    if reason:
        return Finding(None, reason)
    extension = prices.get("stay_extension")
    tier_name, abroad = tier(man.born, man.born_abroad, man.stays, on, man.extended, extension)
    if tier_name is None:
        return Finding(None, "residence_too_short", abroad.steps)
    return _finding(prices[tier_name], abroad.steps)


def missed_service(man: Man, prices: Prices, on: date, terms: Terms = NO_TERMS) -> Finding:
    """The allowance for service missed until 42: some months to pay, then an addition per whole year, up to a cap."""
    if man.status in SETTLED or man.status == "reserve":
        return Finding(None, "service_already_settled")
    if age_on(man.born, on) < LIABLE_UNTIL_AGE:
        return Finding(None, "not_past_service_age")
    birthday = add_years(man.born, LIABLE_UNTIL_AGE)
    payable = add_months(max(birthday, terms.late_from), terms.months_to_pay)
    base, yearly, cap = (prices[name] for name in ("missed_service", "missed_service_year_late", "missed_service_cap"))
    years_late = age_on(payable, on) if on > payable else 0
    addition = min(yearly.times(years_late), cap, key=lambda price: price.amount)
    steps = [
        Step("passed_age", AGE_LAW, {"on": birthday.isoformat(), "age": LIABLE_UNTIL_AGE}),
        Step("missed_base", base.law, {"amount": base.serialise()}),
        Step("payable_until", MISSED_LAW, {"on": payable.isoformat(), "months": terms.months_to_pay}),
    ]
    if years_late:
        params: Params = {
            "years": years_late,
            "rate": yearly.serialise(),
            "amount": addition.serialise(),
            "most": cap.serialise(),
        }
        steps.append(Step("late_addition", yearly.law, params))
    else:
        steps.append(
            Step("not_late", MISSED_LAW, {"on": add_years(payable, 1).isoformat(), "rate": yearly.serialise()})
        )
    total = Price("missed_service", base.amount + addition.amount, base.currency, base.law)
    return _finding(total, tuple(steps))


def reserve(man: Man, prices: Prices, on: date, terms: Terms = NO_TERMS) -> Finding:
    """The allowance of the reserve: the least of three amounts.

    They are for a year abroad, by age less the months served, and by disability.
    """
    if man.status in SETTLED:
        return Finding(None, "service_already_settled")
    if man.status != "reserve":
        return Finding(None, "not_of_the_reserve")
    if terms.reserve_upper_age is not None and age_on(man.born, on) >= terms.reserve_upper_age:
        return Finding(None, "past_reserve_age")
    abroad = residence(man.stays, on, man.extended, prices.get("stay_extension"), man.born)
    options = [_by_years_abroad(abroad, prices), _by_age(man, prices, on), _by_disability(man, prices)]
    steps = (*abroad.steps, *(step for _, step in options if step))
    payable = [price for price, _ in options if price]
    if not payable:
        return Finding(None, "reserve_not_reached", steps)
    least = min(payable, key=lambda price: price.amount)
    if least.amount <= 0:
        return Finding(None, "nothing_left_to_pay", steps)
    return _finding(least, steps)


PriceAndStep = tuple[Price | None, Step | None]


def _by_years_abroad(abroad: Residence, prices: Prices) -> PriceAndStep:
    price = prices.get("reserve_abroad")
    if price is None:
        return None, None
    if abroad.years >= RESERVE_YEARS_ABROAD:
        return price, Step("reserve_abroad", price.law, {"years": abroad.years, "amount": price.serialise()})
    if abroad.since is None:
        return None, Step("reserve_abroad_never", price.law, {"years": RESERVE_YEARS_ABROAD})
    due_on = complete_on(abroad.since, RESERVE_YEARS_ABROAD).isoformat()
    return None, Step("reserve_abroad_later", price.law, {"on": due_on, "amount": price.serialise()})


def _by_age(man: Man, prices: Prices, on: date) -> PriceAndStep:
    price, month = prices.get("reserve_age"), prices.get("reserve_month_served")
    if price is None or price.from_age is None or month is None:
        return None, None
    if age_on(man.born, on) < price.from_age:
        due_on = add_years(man.born, price.from_age).isoformat()
        return None, Step(
            "reserve_age_later", price.law, {"on": due_on, "age": price.from_age, "amount": price.serialise()}
        )
    deduction = month.times(man.reserve_months)
    remainder = Price(price.tier, max(price.amount - deduction.amount, 0), price.currency, price.law, price.from_age)
    params: Params = {
        "age": price.from_age,
        "months": man.reserve_months,
        "less": deduction.serialise(),
        "amount": remainder.serialise(),
    }
    return remainder, Step("reserve_age", price.law, params)


def _by_disability(man: Man, prices: Prices) -> PriceAndStep:
    price = prices.get("reserve_disability")
    if price is None or man.disability != "partial":
        return None, None
    return price, Step("reserve_disability", price.law, {"amount": price.serialise()})


def _finding(price: Price, steps: tuple[Step, ...]) -> Finding:
    return Finding(price, None, (*steps, Step("amount", price.law, {"amount": price.serialise()})))


ALLOWANCES = {
    "cash-allowance": cash,
    "reserve-cash-allowance": reserve,
    "missed-service-allowance": missed_service,
}
