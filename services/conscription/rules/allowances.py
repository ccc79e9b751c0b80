"""Who owes which allowance and how much: in lieu of service, of the reserve, or for service missed until past 42."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.conscription.rules.residence import NO_YEARS, Residence, residence
from services.conscription.rules.stays import Interval
from services.conscription.rules.working import Finding, Params, Price, Prices, Step
from shared.values.dates import add_months, add_years, age_on

DRAFT_AGE, LIABLE_UNTIL_AGE = 18, 42
AGE_LAW = "LD 30/2007"
MISSED_LAW = "Law 35/2017"
MONTHS_TO_PAY = 3
LONG_BIRTH_STAY_YEARS = 10
RESERVE_YEARS_ABROAD = 1
# Completed years abroad and the tier they reach, highest first (Legislative Decree 31/2020).
TIERS = ((4, "four_years"), (3, "three_years"), (2, "two_years"), (1, "one_year"))
SETTLED = frozenset({"served", "exempt", "only_son"})


@dataclass(frozen=True)
class Man:
    """What the service record and the movement record say about one man."""

    born: date
    status: str
    born_abroad: bool = False
    stays: Sequence[Interval] = ()
    extended: frozenset[int] = NO_YEARS
    reserve_months: int = 0
    disability: str | None = None


def refusal_reason(status: str, born: date, on: date) -> str | None:
    """Why no allowance in lieu of service may be assessed, or None. Liable: 18 to 42, neither served nor exempt."""
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
    """The tier a man reaches on a day, None below one year; with the residence it rests on.

    Tiers: LD 31/2020; the one for men born abroad with ten years' residence is reported, not read (certainty M).
    """
    if born_abroad:
        draft_day = min(add_years(born, DRAFT_AGE), on)
        youth = residence(intervals, draft_day, extended, extension)
        if youth.since is not None and youth.since <= born:
            return "born_abroad", youth.with_step("born_abroad", {"until": draft_day.isoformat()})
        if youth.years >= LONG_BIRTH_STAY_YEARS:
            return "born_abroad_ten_years", youth.with_step("born_abroad_ten_years", {"years": youth.years})
    found = residence(intervals, on, extended, extension)
    reached = next((name for years, name in TIERS if found.years >= years), None)
    if reached is None:
        return None, _next(found.with_step("tier_not_reached", {"years": found.years}), len(TIERS) - 1)
    place = [name for _, name in TIERS].index(reached)
    told = found.with_step("tier_highest" if place == 0 else "tier_reached", {"years": found.years})
    return reached, _next(told, place - 1)


def _next(found: Residence, place: int) -> Residence:
    """Adds when the tier in that place would be reached; nothing beyond the highest, or without residence."""
    if place < 0 or found.since is None:
        return found
    years = TIERS[place][0]
    return found.with_step("tier_next", {"years": years, "on": add_years(found.since, years).isoformat()})


def cash(man: Man, prices: Prices, on: date) -> Finding:
    """The allowance in lieu of compulsory service, by years abroad."""
    reason = refusal_reason(man.status, man.born, on)
    if reason:
        return Finding(None, reason)
    extension = prices.get("stay_extension")
    reached, found = tier(man.born, man.born_abroad, man.stays, on, man.extended, extension)
    if reached is None:
        return Finding(None, "residence_too_short", found.steps)
    return _owed(prices[reached], found.steps)


def missed(man: Man, prices: Prices, on: date) -> Finding:
    """For service missed until past 42: three months to pay, then an addition for each whole year late, up to a cap."""
    if man.status in SETTLED or man.status == "reserve":
        return Finding(None, "service_already_settled")
    if age_on(man.born, on) < LIABLE_UNTIL_AGE:
        return Finding(None, "not_past_service_age")
    turned = add_years(man.born, LIABLE_UNTIL_AGE)
    payable = add_months(turned, MONTHS_TO_PAY)
    base, yearly, cap = (prices[name] for name in ("missed_service", "missed_service_year_late", "missed_service_cap"))
    late = age_on(payable, on) if on > payable else 0
    addition = min(yearly.times(late), cap, key=lambda price: price.amount)
    steps = [
        Step("passed_age", AGE_LAW, {"on": turned.isoformat(), "age": LIABLE_UNTIL_AGE}),
        Step("missed_base", base.law, {"amount": base.serialise()}),
        Step("payable_until", MISSED_LAW, {"on": payable.isoformat(), "months": MONTHS_TO_PAY}),
    ]
    if late:
        told: Params = {
            "years": late,
            "rate": yearly.serialise(),
            "amount": addition.serialise(),
            "most": cap.serialise(),
        }
        steps.append(Step("late_addition", yearly.law, told))
    else:
        steps.append(
            Step("not_late", MISSED_LAW, {"on": add_years(payable, 1).isoformat(), "rate": yearly.serialise()})
        )
    total = Price("missed_service", base.amount + addition.amount, base.currency, base.law)
    return _owed(total, tuple(steps))


def reserve(man: Man, prices: Prices, on: date) -> Finding:
    """The allowance of the reserve: for a year abroad, by age less months served, by disability; the least of them."""
    if man.status in SETTLED:
        return Finding(None, "service_already_settled")
    if man.status != "reserve":
        return Finding(None, "not_of_the_reserve")
    found = residence(man.stays, on, man.extended, prices.get("stay_extension"))
    ways = [_by_years_abroad(found, prices), _by_age(man, prices, on), _by_disability(man, prices)]
    steps = (*found.steps, *(step for _, step in ways if step))
    owed = [price for price, _ in ways if price]
    if not owed:
        return Finding(None, "reserve_not_reached", steps)
    least = min(owed, key=lambda price: price.amount)
    if least.amount <= 0:
        return Finding(None, "nothing_left_to_pay", steps)
    return _owed(least, steps)


Way = tuple[Price | None, Step | None]


def _by_years_abroad(found: Residence, prices: Prices) -> Way:
    price = prices.get("reserve_abroad")
    if price is None:
        return None, None
    if found.years >= RESERVE_YEARS_ABROAD:
        return price, Step("reserve_abroad", price.law, {"years": found.years, "amount": price.serialise()})
    if found.since is None:
        return None, Step("reserve_abroad_never", price.law, {"years": RESERVE_YEARS_ABROAD})
    due = add_years(found.since, RESERVE_YEARS_ABROAD).isoformat()
    return None, Step("reserve_abroad_later", price.law, {"on": due, "amount": price.serialise()})


def _by_age(man: Man, prices: Prices, on: date) -> Way:
    price, month = prices.get("reserve_age"), prices.get("reserve_month_served")
    if price is None or price.from_age is None or month is None:
        return None, None
    if age_on(man.born, on) < price.from_age:
        due = add_years(man.born, price.from_age).isoformat()
        return None, Step(
            "reserve_age_later", price.law, {"on": due, "age": price.from_age, "amount": price.serialise()}
        )
    served = month.times(man.reserve_months)
    owed = Price(price.tier, max(price.amount - served.amount, 0), price.currency, price.law, price.from_age)
    told: Params = {
        "age": price.from_age,
        "months": man.reserve_months,
        "less": served.serialise(),
        "amount": owed.serialise(),
    }
    return owed, Step("reserve_age", price.law, told)


def _by_disability(man: Man, prices: Prices) -> Way:
    price = prices.get("reserve_disability")
    if price is None or man.disability != "partial":
        return None, None
    return price, Step("reserve_disability", price.law, {"amount": price.serialise()})


def _owed(price: Price, steps: tuple[Step, ...]) -> Finding:
    return Finding(price, None, (*steps, Step("amount", price.law, {"amount": price.serialise()})))


ALLOWANCES = {
    "cash-allowance": cash,
    "reserve-cash-allowance": reserve,
    "missed-service-allowance": missed,
}
