"""How long a man has lived abroad and what that makes the allowance: pure arithmetic that can show its working."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from shared.clock import add_years, age_on

LAW = "LD 31/2020"
STAY_LAW = "LD 30/2007"
DRAFT_AGE = 18
TOLERATED_DAYS_PER_YEAR = 90
LONG_BIRTH_STAY_YEARS = 10
# Completed years abroad and the tier they reach, highest first (Legislative Decree 31/2020).
TIERS = ((4, "four_years"), (3, "three_years"), (2, "two_years"), (1, "one_year"))
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stay:
    """Days spent abroad, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Step:
    """One line of the working: text `working.<code>` with its parameters, and the clause it rests on."""

    code: str
    law: str
    params: dict[str, str | int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """As it is stored and sent."""
        return {"code": self.code, "law": self.law, "params": self.params}


@dataclass(frozen=True)
class Residence:
    """The residence that counts: from its first day to the day of assessment, and how it was found."""

    since: date | None
    years: int
    steps: tuple[Step, ...]


def merge(intervals: Iterable[tuple[date, date | None]], on: date) -> list[Stay]:
    """Stays in order, overlaps and touching ends joined, nothing after the day of assessment.

    An interval that ends before it begins is left out: the record is wrong there and proves no stay.
    """
    bounded = sorted((first, min(last or on, on)) for first, last in intervals if first <= min(last or on, on))
    merged: list[Stay] = []
    for first, last in bounded:
        if merged and first <= merged[-1].last + DAY:
            merged[-1] = Stay(merged[-1].first, max(last, merged[-1].last))
        else:
            merged.append(Stay(first, last))
    return merged


def gaps(stays: Sequence[Stay], on: date) -> list[Stay]:
    """The days in Syria between stays, and after the last one until the day of assessment."""
    between = [Stay(one.last + DAY, two.first - DAY) for one, two in pairwise(stays)]
    after = [Stay(stays[-1].last + DAY, on)] if stays and stays[-1].last < on else []
    return between + after


def days_by_year(periods: Iterable[Stay]) -> dict[int, int]:
    """Days of the periods that fall in each calendar year."""
    found: dict[int, int] = {}
    for period in periods:
        for year in range(period.first.year, period.last.year + 1):
            first, last = max(period.first, date(year, 1, 1)), min(period.last, date(year, 12, 31))
            found[year] = found.get(year, 0) + (last - first).days + 1
    return found


def residence(intervals: Iterable[tuple[date, date | None]], on: date) -> Residence:
    """The longest unbroken residence up to a day: over 90 days in Syria in one calendar year break it."""
    stays = merge(intervals, on)
    steps = [Step("stay", STAY_LAW, {"from": _iso(s.first), "until": _iso(s.last), "days": s.days}) for s in stays]
    start = next((place for place in range(len(stays)) if _holds(days_by_year(gaps(stays[place:], on)))), None)
    since = None if start is None else stays[start].first
    steps += _years_in_syria(
        days_by_year(gaps(stays, on)), {} if start is None else days_by_year(gaps(stays[start:], on))
    )
    years = age_on(since, on) if since else 0
    if since:
        steps.append(Step("counted", LAW, {"from": _iso(since), "until": _iso(on), "years": years}))
    return Residence(since, years, tuple(steps))


def _holds(in_syria: dict[int, int]) -> bool:
    return all(days <= TOLERATED_DAYS_PER_YEAR for days in in_syria.values())


def _years_in_syria(every: dict[int, int], counted: dict[int, int]) -> list[Step]:
    """A line per year with days in Syria: tolerated within the residence that counts, or what broke it before."""
    limit = TOLERATED_DAYS_PER_YEAR
    steps = []
    for year in sorted(every):
        if year in counted:
            steps.append(Step("year_tolerated", STAY_LAW, {"year": year, "days": counted[year], "limit": limit}))
        elif every[year] > limit:
            steps.append(Step("year_broken", STAY_LAW, {"year": year, "days": every[year], "limit": limit}))
    return steps


def tier(
    born: date, born_abroad: bool, intervals: Sequence[tuple[date, date | None]], on: date
) -> tuple[str | None, Residence]:
    """The tier a man reaches on a day, None below one year; with the residence it rests on.

    Tiers: LD 31/2020; the one for men born abroad with ten years' residence is reported, not read (certainty M).
    """
    if born_abroad:
        draft_day = min(add_years(born, DRAFT_AGE), on)
        youth = residence(intervals, draft_day)
        if youth.since is not None and youth.since <= born:
            return "born_abroad", _with(youth, "born_abroad", {"until": _iso(draft_day)})
        if youth.years >= LONG_BIRTH_STAY_YEARS:
            return "born_abroad_ten_years", _with(youth, "born_abroad_ten_years", {"years": youth.years})
    found = residence(intervals, on)
    reached = next((name for years, name in TIERS if found.years >= years), None)
    if reached is None:
        return None, _with(found, "tier_not_reached", {"years": found.years})
    return reached, _next_tier(found, reached)


def _next_tier(found: Residence, reached: str) -> Residence:
    """Adds when the next tier would be reached, unless the highest is."""
    place = [name for _, name in TIERS].index(reached)
    if place == 0 or found.since is None:
        return _with(found, "tier_highest", {"years": found.years})
    years = TIERS[place - 1][0]
    return _with(found, "tier_next", {"years": years, "on": _iso(add_years(found.since, years))})


def _with(found: Residence, code: str, params: dict[str, str | int]) -> Residence:
    return Residence(found.since, found.years, (*found.steps, Step(code, LAW, params)))


def _iso(day: date) -> str:
    return day.isoformat()


def refusal_reason(status: str, born: date, on: date) -> str | None:
    """Why no allowance may be assessed at all, or None. Liability: 18 to 42, neither served nor exempt."""
    if status in {"served", "exempt", "only_son"}:
        return "service_already_settled"
    if status == "reserve":
        return "reserve_has_its_own_allowance"
    return None if DRAFT_AGE <= age_on(born, on) < 42 else "outside_service_age"
