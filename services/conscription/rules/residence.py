"""How long a man has lived abroad without a break: days in Syria are tolerated up to a limit in each year."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from services.conscription.rules.stays import Interval, Stay, days_by_year, gaps, merge
from services.conscription.rules.working import Params, Price, Step
from shared.values.dates import age_on

LAW = "LD 31/2020"
STAY_LAW = "LD 30/2007"
# The two weeks are advice and the further days were announced by an embassy; neither was read in a law.
NOTICE = "Beirut embassy notices"
TOLERATED_DAYS_PER_YEAR = 90
EXTENSION_DAYS = 60
MARGIN_DAYS = 14
NO_YEARS: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Residence:
    """The residence that counts: from its first day to the day of assessment, and how it was found."""

    since: date | None
    years: int
    steps: tuple[Step, ...]

    def with_step(self, code: str, params: Params, law: str = LAW) -> "Residence":
        """The same, with one more line of working."""
        return replace(self, steps=(*self.steps, Step(code, law, params)))


def limit(year: int, extended: AbstractSet[int]) -> int:
    """Days in Syria that a calendar year tolerates; more where a man has paid for an extension in it."""
    return TOLERATED_DAYS_PER_YEAR + (EXTENSION_DAYS if year in extended else 0)


def residence(
    intervals: Iterable[Interval], on: date, extended: AbstractSet[int] = NO_YEARS, extension: Price | None = None
) -> Residence:
    """The longest unbroken residence up to a day: too many days in Syria in one calendar year break it.

    `extended` are the years with a paid extension, `extension` what one costs, to be named where it was missing.
    """
    stays = merge(intervals, on)
    start = next((place for place in range(len(stays)) if _holds(in_syria(stays[place:], on), extended)), None)
    since = None if start is None else stays[start].first
    counted = {} if start is None else in_syria(stays[start:], on)
    steps = [*movements(stays, on), *_years(in_syria(stays, on), counted, extended, extension)]
    years = age_on(since, on) if since else 0
    if since:
        steps.append(margin(on, counted.get(on.year, 0), limit(on.year, extended)))
        steps.append(Step("counted", LAW, {"from": since.isoformat(), "until": on.isoformat(), "years": years}))
    return Residence(since, years, tuple(steps))


def in_syria(stays: Sequence[Stay], on: date) -> dict[int, int]:
    """Days in Syria since the first exit, by calendar year."""
    return days_by_year(gaps(stays, on))


def _holds(in_syria: Mapping[int, int], extended: AbstractSet[int]) -> bool:
    return all(days <= limit(year, extended) for year, days in in_syria.items())


def movements(stays: Sequence[Stay], on: date) -> list[Step]:
    """Every stay abroad and every stay in Syria, in the order they were made."""
    told = [("stay", stay) for stay in stays] + [("in_syria", gap) for gap in gaps(stays, on)]
    return [Step(code, STAY_LAW, _explained(stay)) for code, stay in sorted(told, key=lambda one: one[1].first)]


def _explained(stay: Stay) -> Params:
    return {"from": stay.first.isoformat(), "until": stay.last.isoformat(), "days": stay.days}


def _years(
    every: Mapping[int, int], counted: Mapping[int, int], extended: AbstractSet[int], extension: Price | None
) -> list[Step]:
    """A line per year with days in Syria: tolerated within the residence that counts, or what broke it before."""
    steps = []
    for year in sorted(every):
        allowed = limit(year, extended)
        if year in counted:
            code = "year_extended" if counted[year] > TOLERATED_DAYS_PER_YEAR else "year_tolerated"
            law = NOTICE if code == "year_extended" else STAY_LAW
            steps.append(Step(code, law, {"year": year, "days": counted[year], "limit": allowed}))
        elif every[year] > allowed:
            steps.append(Step("year_broken", STAY_LAW, {"year": year, "days": every[year], "limit": allowed}))
            steps += _missed_extension(year, every[year], allowed, extension)
    return steps


def _missed_extension(year: int, days: int, allowed: int, extension: Price | None) -> list[Step]:
    """Where the further days would have kept the year, that none were paid for."""
    longer = TOLERATED_DAYS_PER_YEAR + EXTENSION_DAYS
    if extension is None or allowed == longer or days > longer:
        return []
    told: Params = {"year": year, "days": EXTENSION_DAYS, "amount": extension.serialise()}
    return [Step("extension_missing", extension.law, told)]


def margin(on: date, spent: int, allowed: int) -> Step:
    """What is left of this year's days, and what to count on so that a late bus breaks nothing."""
    left = allowed - spent
    told: Params = {"year": on.year, "days": left, "advised": max(left - MARGIN_DAYS, 0), "margin": MARGIN_DAYS}
    return Step("margin", NOTICE, told)
