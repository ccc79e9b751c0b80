"""Who is not called while he lives abroad, and for which year: one at a time, each after the one before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.conscription.rules.allowances import DRAFT_AGE, LIABLE_UNTIL_AGE, SETTLED, Man
from services.conscription.rules.residence import STAY_LAW, in_syria, limit, margin, movements
from services.conscription.rules.stays import DAY, Stay, merge
from services.conscription.rules.working import Step
from shared.values.dates import add_years, age_on

LAW = "LD 30/2007"
YEARS = 1


@dataclass(frozen=True)
class Decision:
    """A period granted, both ends included, or the reason why not; with the steps that lead there."""

    period: Stay | None
    reason: str | None
    steps: tuple[Step, ...] = ()


def first(man: Man, last: Stay | None, minimum_stay: int | None, on: date) -> Decision:
    """A year from the day of decision, for a man abroad who has no deferral in force.

    `last` is his latest period, `minimum_stay` the days abroad the law asks for; None where that number is not known.
    """
    reason = not_deferrable(man, on)
    if reason:
        return Decision(None, reason)
    if last is not None and last.last >= on:
        return Decision(None, "deferral_in_force", (_before(last),))
    abroad = _abroad_since(man, on)
    reason, steps = _residence(man, (on.year,), on)
    steps += _minimum(abroad, minimum_stay, on)
    if reason is None and abroad and minimum_stay and (on - abroad).days + 1 < minimum_stay:
        reason = "stay_too_short"
    return _decided(reason, steps, on)


def renewal(man: Man, last: Stay | None, filed_on: date, on: date) -> Decision:
    """The year after the last one, if it was asked for before that one ended, and is not there already."""
    reason = not_deferrable(man, on)
    if reason:
        return Decision(None, reason)
    if last is None:
        return Decision(None, "no_deferral_to_renew")
    told = [_before(last)]
    if filed_on > last.last:
        return Decision(None, "deferral_expired", tuple(told))
    if last.first > on:
        return Decision(None, "already_renewed", tuple(told))
    told.append(Step("filed_in_time", LAW, {"on": filed_on.isoformat(), "until": last.last.isoformat()}))
    reason, steps = _residence(man, range(last.first.year, on.year + 1), on)
    begins = last.last + DAY
    if reason is None and begins >= add_years(man.born, LIABLE_UNTIL_AGE):
        reason = "outside_service_age"
    return _decided(reason, [*told, *steps], begins)


def not_deferrable(man: Man, on: date) -> str | None:
    """Why this man's service cannot be deferred at all, or None."""
    if man.status in SETTLED:
        return "service_already_settled"
    if man.status == "reserve":
        return "reserve_not_deferred"
    return None if DRAFT_AGE <= age_on(man.born, on) < LIABLE_UNTIL_AGE else "outside_service_age"


def _abroad_since(man: Man, on: date) -> date | None:
    """Since when he has been out of the country; None for a man who is in it."""
    stays = merge(man.stays, on)
    return stays[-1].first if stays and stays[-1].last == on else None


def _residence(man: Man, years: Iterable[int], on: date) -> tuple[str | None, list[Step]]:
    """Whether he lives abroad, and was in Syria for no more days a year than are tolerated."""
    stays = merge(man.stays, on)
    steps, reason = movements(stays, on), None
    spent = in_syria(stays, on)
    for year in years:
        days, allowed = spent.get(year, 0), limit(year, man.extended)
        code = "year_tolerated" if days <= allowed else "year_over"
        steps.append(Step(code, STAY_LAW, {"year": year, "days": days, "limit": allowed}))
        reason = reason or (None if days <= allowed else "too_long_in_syria")
    if _abroad_since(man, on) is None:
        return "not_abroad", [*steps, Step("not_abroad", LAW, {"on": on.isoformat()})]
    return reason, [*steps, margin(on, spent.get(on.year, 0), limit(on.year, man.extended))]


def _minimum(abroad: date | None, minimum: int | None, on: date) -> list[Step]:
    if abroad is None:
        return []
    if minimum is None:
        return [Step("minimum_stay_unknown", LAW)]
    return [Step("minimum_stay", LAW, {"days": (on - abroad).days + 1, "minimum": minimum})]


def _before(last: Stay) -> Step:
    return Step("deferral_before", LAW, {"from": last.first.isoformat(), "until": last.last.isoformat()})


def _decided(reason: str | None, steps: list[Step], begins: date) -> Decision:
    if reason:
        return Decision(None, reason, tuple(steps))
    period = Stay(begins, add_years(begins, YEARS) - DAY)
    granted = Step("deferral_granted", LAW, {"from": period.first.isoformat(), "until": period.last.isoformat()})
    return Decision(period, None, (*steps, granted))
