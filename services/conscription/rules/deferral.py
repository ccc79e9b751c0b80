"""Decides on residence deferrals: who may defer service while living abroad, and for which year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.conscription.rules.allowances import DRAFT_AGE, LIABLE_UNTIL_AGE, SETTLED, Man
from services.conscription.rules.residence import STAY_LAW, in_syria, limit, margin, movements
from services.conscription.rules.stays import days_abroad, journeys
from services.conscription.rules.working import Step
from shared.values.dates import add_years, age_on
from shared.values.stays import DAY, Stay, last_day_inside

LAW = "LD 30/2007"
YEARS = 1


@dataclass(frozen=True)
class Decision:
    """A granted period, both ends included, or the reason of a refusal; with the steps of the working."""

    period: Stay | None
    reason: str | None
    steps: tuple[Step, ...] = ()


def first_deferral(man: Man, last_period: Stay | None, minimum_stay: int | None, on: date) -> Decision:
    """A deferral of one year from the day of decision, for a man abroad without a deferral in force.

    `last_period` is his latest deferral. `minimum_stay` is the number of days abroad that the law requires, None if
    unknown.
    """
    reason = not_deferrable(man, on)
    if reason:
        return Decision(None, reason)
    if last_period is not None and last_period.last >= on:
        return Decision(None, "deferral_in_force", (_previous_step(last_period),))
    abroad_since = _abroad_since(man, on)
    reason, steps = _residence(man, (on.year,), on)
    steps += _minimum(abroad_since, minimum_stay, on)
    if reason is None and abroad_since and minimum_stay and _days_since(abroad_since, on) < minimum_stay:
        reason = "stay_too_short"
    return _decision(reason, steps, on)


def renewal(man: Man, last_period: Stay | None, filed_on: date, on: date, earliest_days: int | None = None) -> Decision:
    """A deferral for the year after `last_period`, if filed before its end and not renewed yet.

    `earliest_days` is how long before that end it may be filed; None where nothing limits it.
    """
    reason = not_deferrable(man, on)
    if reason:
        return Decision(None, reason)
    if last_period is None:
        return Decision(None, "no_deferral_to_renew")
    steps_so_far = [_previous_step(last_period)]
    if filed_on > last_period.last:
        return Decision(None, "deferral_expired", tuple(steps_so_far))
    if last_period.first > on:
        return Decision(None, "already_renewed", tuple(steps_so_far))
    if earliest_days is not None and (last_period.last - filed_on).days > earliest_days:
        return Decision(None, "renewal_filed_too_early", tuple(steps_so_far))
    steps_so_far.append(Step("filed_in_time", LAW, {"on": filed_on.isoformat(), "until": last_period.last.isoformat()}))
    reason, steps = _residence(man, range(last_period.first.year, on.year + 1), on)
    begins = last_period.last + DAY
    if reason is None and begins >= add_years(man.born, LIABLE_UNTIL_AGE):
        reason = "outside_service_age"
    return _decision(reason, [*steps_so_far, *steps], begins)


def not_deferrable(man: Man, on: date) -> str | None:
    """The reason why a man's service cannot be deferred, or None."""
    if man.status in SETTLED:
        return "service_already_settled"
    if man.status == "reserve":
        return "reserve_not_deferred"
    return None if DRAFT_AGE <= age_on(man.born, on) < LIABLE_UNTIL_AGE else "outside_service_age"


def _abroad_since(man: Man, on: date) -> date | None:
    """The day on which he left for his present stay abroad; None for a man in Syria."""
    stays = journeys(man.stays, on)
    return stays[-1][0] if stays and stays[-1][1] is None else None


def _days_since(left_on: date, on: date) -> int:
    """The days that count as abroad since an exit."""
    return (on - last_day_inside(left_on)).days


def _residence(man: Man, years: Iterable[int], on: date) -> tuple[str | None, list[Step]]:
    """Checks that he lives abroad, and was in Syria for no more than the tolerated days in each year."""
    stays = days_abroad(man.stays, on, man.born)
    steps, reason = movements(man.stays, stays, on), None
    days_in_syria = in_syria(stays, on)
    for year in years:
        days, allowed = days_in_syria.get(year, 0), limit(year, man.extended)
        code = "year_tolerated" if days <= allowed else "year_over"
        steps.append(Step(code, STAY_LAW, {"year": year, "days": days, "limit": allowed}))
        reason = reason or (None if days <= allowed else "too_long_in_syria")
    if _abroad_since(man, on) is None:
        return "not_abroad", [*steps, Step("not_abroad", LAW, {"on": on.isoformat()})]
    return reason, [*steps, margin(on, days_in_syria.get(on.year, 0), limit(on.year, man.extended))]


def _minimum(abroad_since: date | None, minimum: int | None, on: date) -> list[Step]:
    if abroad_since is None:
        return []
    if minimum is None:
        return [Step("minimum_stay_unknown", LAW)]
    return [Step("minimum_stay", LAW, {"days": _days_since(abroad_since, on), "minimum": minimum})]


def _previous_step(last_period: Stay) -> Step:
    return Step("deferral_before", LAW, {"from": last_period.first.isoformat(), "until": last_period.last.isoformat()})


def _decision(reason: str | None, steps: list[Step], begins: date) -> Decision:
    if reason:
        return Decision(None, reason, tuple(steps))
    period = Stay(begins, add_years(begins, YEARS) - DAY)
    granted_step = Step("deferral_granted", LAW, {"from": period.first.isoformat(), "until": period.last.isoformat()})
    return Decision(period, None, (*steps, granted_step))
