"""Calculates a man's unbroken residence abroad. Days in Syria are tolerated up to a limit in each year."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from services.conscription.rules.stays import Interval, counting_rules, days_abroad, gaps
from services.conscription.rules.working import Params, Price, Step
from shared.values.dates import add_years, age_on
from shared.values.stays import DAY, Stay, days_by_year

LAW = "LD 31/2020"
STAY_LAW = "LD 30/2007"
# MARGIN_DAYS is advice and EXTENSION_DAYS was announced by an embassy. Neither was read in a law.
NOTICE = "Beirut embassy notices"
TOLERATED_DAYS_PER_YEAR = 90
EXTENSION_DAYS = 60
MARGIN_DAYS = 14
NO_YEARS: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Residence:
    """The residence that counts, from its first day to the day of assessment, with its working."""

    since: date | None
    years: int
    steps: tuple[Step, ...]

    def with_step(self, code: str, params: Params, law: str = LAW) -> "Residence":
        """A copy with one more step of the working."""
        return replace(self, steps=(*self.steps, Step(code, law, params)))


def limit(year: int, extended: AbstractSet[int]) -> int:
    """The tolerated days in Syria in a calendar year; more in years with a paid extension."""
    return TOLERATED_DAYS_PER_YEAR + (EXTENSION_DAYS if year in extended else 0)


def residence(
    intervals: Sequence[Interval],
    on: date,
    extended: AbstractSet[int] = NO_YEARS,
    extension: Price | None = None,
    born: date | None = None,
) -> Residence:
    """The longest unbroken residence up to a day. Too many days in Syria in one calendar year break it.

    It begins with the first day that counts as abroad, and a year is complete with its last day.
    `extended` are the years with a paid extension. `extension` is its price, for the step about a missing extension.
    """
    stays = days_abroad(intervals, on, born)
    start = next(
        (index for index in range(len(stays)) if _is_within_limits(in_syria(stays[index:], on), extended)), None
    )
    since = None if start is None else stays[start].first
    counted_days = {} if start is None else in_syria(stays[start:], on)
    steps = [*movements(intervals, stays, on), *_years(in_syria(stays, on), counted_days, extended, extension)]
    years = age_on(since, on + DAY) if since else 0
    if since:
        steps.append(margin(on, counted_days.get(on.year, 0), limit(on.year, extended)))
        steps.append(Step("counted", LAW, {"from": since.isoformat(), "until": on.isoformat(), "years": years}))
    return Residence(since, years, tuple(steps))


def complete_on(since: date, years: int) -> date:
    """The last day of so many years of residence."""
    return add_years(since, years) - DAY


def in_syria(stays: Sequence[Stay], on: date) -> dict[int, int]:
    """Days in Syria since the first exit, by calendar year."""
    return days_by_year(gaps(stays, on))


def _is_within_limits(days_in_syria: Mapping[int, int], extended: AbstractSet[int]) -> bool:
    return all(days <= limit(year, extended) for year, days in days_in_syria.items())


def movements(intervals: Iterable[Interval], stays: Sequence[Stay], on: date) -> list[Step]:
    """How the days of crossings are counted, then a step for every stay abroad and in Syria, in order of time."""
    counted_by = [Step(f"border_days.{rule.code}", rule.source) for rule in counting_rules(intervals, on)]
    coded_stays = [("stay", stay) for stay in stays] + [("in_syria", gap) for gap in gaps(stays, on)]
    ordered = sorted(coded_stays, key=lambda coded: coded[1].first)
    return [*counted_by, *(Step(code, STAY_LAW, _stay_params(stay)) for code, stay in ordered)]


def _stay_params(stay: Stay) -> Params:
    return {"from": stay.first.isoformat(), "until": stay.last.isoformat(), "days": stay.days}


def _years(
    all_days: Mapping[int, int], counted_days: Mapping[int, int], extended: AbstractSet[int], extension: Price | None
) -> list[Step]:
    """A step for each year with days in Syria: tolerated in the residence that counts, or the break before it."""
    steps = []
    for year in sorted(all_days):
        allowed = limit(year, extended)
        if year in counted_days:
            code = "year_extended" if counted_days[year] > TOLERATED_DAYS_PER_YEAR else "year_tolerated"
            law = NOTICE if code == "year_extended" else STAY_LAW
            steps.append(Step(code, law, {"year": year, "days": counted_days[year], "limit": allowed}))
        elif all_days[year] > allowed:
            steps.append(Step("year_broken", STAY_LAW, {"year": year, "days": all_days[year], "limit": allowed}))
            steps += _missed_extension(year, all_days[year], allowed, extension)
    return steps


def _missed_extension(year: int, days: int, allowed: int, extension: Price | None) -> list[Step]:
    """A step for a year that a paid extension would have saved."""
    extended_limit = TOLERATED_DAYS_PER_YEAR + EXTENSION_DAYS
    if extension is None or allowed == extended_limit or days > extended_limit:
        return []
    params: Params = {"year": year, "days": EXTENSION_DAYS, "amount": extension.serialise()}
    return [Step("extension_missing", extension.law, params)]


def margin(on: date, days_spent: int, allowed: int) -> Step:
    """The days left in this year, and the advised number, less a margin for delays."""
    days_left = allowed - days_spent
    params: Params = {
        "year": on.year,
        "days": days_left,
        "advised": max(days_left - MARGIN_DAYS, 0),
        "margin": MARGIN_DAYS,
    }
    return Step("margin", NOTICE, params)
