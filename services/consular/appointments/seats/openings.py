"""Availability: days with remaining seats, the times of a day, and whether a time may be booked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.reserved.seat_rules import is_clickable
from services.consular.appointments.rules import NEXT_COUNT, Slot, slots_of
from services.consular.appointments.seats import occupied, tiers
from services.consular.missions import calendar
from services.consular.missions.model import AppointmentRule, Closure
from services.consular.missions.rules import Hours, dates_between
from shared.catalogue.conditions import REGULAR
from shared.database import db
from shared.errors import Refusal
from shared.values import dates

# A closed fortnight and a long holiday may lie beyond the last day that is shown.
LOOKAHEAD = timedelta(days=40)


@dataclass(frozen=True)
class Plan:
    """A change of the calendar that is not made yet: days it closes, and the hours of services it changes."""

    closed: frozenset[date] = frozenset()
    hours: Mapping[str, Sequence[Hours]] = field(default_factory=dict)


@dataclass(frozen=True)
class FreeSlot:
    """A slot and how many of its seats are left."""

    slot: Slot
    remaining: int


@dataclass(frozen=True)
class Day:
    """A day of the calendar: its times, its remaining seats, its closure."""

    day: date
    times: tuple[FreeSlot, ...]
    remaining: int
    closure: Closure | None


@dataclass(frozen=True)
class Release:
    """The next day that opens for booking: when it does, and with how many seats of the tier."""

    at: datetime
    day: date
    seats: int

    def serialise(self) -> dict[str, object]:
        """As the interface shows it."""
        return {"at": self.at.isoformat(), "day": self.day.isoformat(), "seats": self.seats}


@dataclass(frozen=True)
class Availability:
    """The days, times and rule from which an applicant chooses a time."""

    mission: str
    zone: str
    service: str
    tier: str
    rule: AppointmentRule
    days: tuple[Day, ...]
    release: Release | None

    def serialise(self) -> dict[str, object]:
        """As the interface shows it: instants in UTC, beside them the wall clock of the mission."""
        return {
            "mission": self.mission,
            "service": self.service,
            "tier": self.tier,
            "zone": self.zone,
            "rule": self.rule.serialise(),
            "days": [_serialise_day(day, ZoneInfo(self.zone)) for day in self.days],
            "next_release": self.release.serialise() if self.release else None,
        }


def hours_of(session: Session, mission: str, service: str) -> list[Hours]:
    """The opening hours of a service from today on, as the rules read them."""
    return [row.hours for row in calendar.hours(session, mission, service)]


def seats_of_week(hours: Iterable[Hours], first: date) -> int:
    """The seats of seven days from `first` on. Clocks that change leave them as they are."""
    rows = list(hours)
    week = dates_between(first, first + timedelta(days=6))
    return sum(slot.seats for day in week for slot in slots_of(rows, day, "UTC"))


def occupied_by_day(session: Session, mission: str, service: str) -> Counter[date]:
    """How many seats are occupied on each day from today to the longest span that is counted."""
    zone, first = missions.find(session, mission).zone, missions.today(session, mission)
    days: Counter[date] = Counter()
    for counts in occupied.counts(session, mission, service, first, first + calendar.MAX_SPAN, zone).values():
        for at, count in counts.items():
            days[dates.local_date(at, zone)] += count
    return days


def slots_on(session: Session, mission: str, service: str, day: date) -> list[Slot]:
    """The times of a day, closed or not. Reads reference data alone."""
    return slots_of(hours_of(session, mission, service), day, missions.find(session, mission).zone)


def availability(
    session: Session,
    mission: str,
    service: str,
    plan: Plan | None = None,
    tier: str = REGULAR,
    persons: int = 1,
    *,
    all_seats: bool = False,
) -> Availability:
    """All days from today to the horizon. A service without opening hours has days without times.

    With `plan`, as they would be once it is carried out. Seats are those that the tier may take,
    at times at which so many persons find one each. `all_seats`: those that no click takes as well.
    """
    plan = plan or Plan()
    zone, rule = missions.find(session, mission).zone, calendar.rule(session, mission, service)
    first = missions.today(session, mission)
    last = first + timedelta(days=rule.horizon_days)
    hours = plan.hours[service] if service in plan.hours else hours_of(session, mission, service)
    closed = calendar.closed_days(session, mission, first, last + LOOKAHEAD)
    taken = occupied.counts(session, mission, service, first, last, zone)
    now = db.now(session)
    quota = rule.daily_quota if all_seats or is_clickable(session, mission, service) else 0

    def day_of(day: date) -> Day:
        slots = [] if day in closed or day in plan.closed else slots_of(hours, day, zone)
        return _fitting(_day(day, slots, taken, now, rule, quota, tier, closed.get(day)), persons)

    def release() -> Release | None:
        for day in dates_between(last + timedelta(days=1), last + LOOKAHEAD):
            seats = 0 if day in closed else sum(slot.seats for slot in slots_of(hours, day, zone))
            if seats:
                at = dates.start_of_day(day - timedelta(days=rule.horizon_days), zone)
                return Release(at, day, tiers.limits(rule.daily_quota, rule.urgent_quota, seats)[tier])
        return None

    days = tuple(day_of(day) for day in dates_between(first, last))
    return Availability(mission, zone, service, tier, rule, days, release())


def _day(
    day: date,
    slots: list[Slot],
    occupied: Mapping[str | None, Counter[datetime]],
    now: datetime,
    rule: AppointmentRule,
    quota: int,
    tier: str,
    closure: Closure | None,
) -> Day:
    taken = {name: sum(counts[slot.starts_at] for slot in slots) for name, counts in occupied.items()}
    limit = tiers.limits(quota, rule.urgent_quota, sum(slot.seats for slot in slots))[tier]
    left = max(0, min(quota - sum(taken.values()), limit - taken[tier]))
    times = tuple(
        FreeSlot(slot, min(left, max(0, slot.seats - sum(counts[slot.starts_at] for counts in occupied.values()))))
        for slot in slots
        if slot.starts_at > now
    )
    return Day(day, times, min(left, sum(time.remaining for time in times)), closure)


def _fitting(day: Day, persons: int) -> Day:
    """The day as a family may take it: a time counts if there is a seat for each at it and at those right after it."""
    if persons == 1:
        return day
    times = tuple(
        time if day.remaining >= persons and _fits(day.times[place:], persons) else replace(time, remaining=0)
        for place, time in enumerate(day.times)
    )
    return replace(day, times=times, remaining=day.remaining if any(time.remaining for time in times) else 0)


def _fits(times: Sequence[FreeSlot], persons: int) -> bool:
    seats, ends_at = 0, times[0].slot.starts_at
    for time in times:
        if time.slot.starts_at != ends_at or not time.remaining or seats >= persons:
            break
        seats, ends_at = seats + time.remaining, time.slot.ends_at
    return seats >= persons


def find(session: Session, mission: str, service: str, starts_at: datetime) -> Slot:
    """The slot that begins at this instant.

    Raises Refusal: turn_past, turn_too_far, turn_closed, or turn_unknown for an instant without a slot of this service.
    """
    zone, rule = missions.find(session, mission).zone, calendar.rule(session, mission, service)
    day, today = dates.local_date(starts_at, zone), missions.today(session, mission)
    if starts_at <= db.now(session):
        raise Refusal("turn_past")
    if day > today + timedelta(days=rule.horizon_days):
        raise Refusal("turn_too_far", n=rule.horizon_days)
    closed = calendar.closed_days(session, mission, day, day)
    if day in closed:
        raise Refusal("turn_closed", title_ar=closed[day].title_ar, title_en=closed[day].title_en)
    slots = slots_of(hours_of(session, mission, service), day, zone)
    slot = next((candidate for candidate in slots if candidate.starts_at == starts_at), None)
    if slot is None:
        raise Refusal("turn_unknown")
    return slot


def next_free(
    session: Session, mission: str, service: str, after: datetime, tier: str = REGULAR, persons: int = 1
) -> list[str]:
    """The next free times after an unavailable one; without a later time, the first of all."""
    return next_of(free_times(session, mission, service, tier, persons), after)


def free_times(session: Session, mission: str, service: str, tier: str, persons: int) -> list[datetime]:
    """All free times from now to the horizon, earliest first."""
    return sorted(
        time.slot.starts_at
        for day in availability(session, mission, service, tier=tier, persons=persons).days
        if day.remaining
        for time in day.times
        if time.remaining
    )


def next_of(times: Sequence[datetime], after: datetime) -> list[str]:
    """Of free times the next ones, as `next_free`."""
    later = [at for at in times if at >= after]
    return [at.isoformat() for at in (later or times)[:NEXT_COUNT]]


def _serialise_day(day: Day, zone: ZoneInfo) -> dict[str, object]:
    return {
        "day": day.day.isoformat(),
        "remaining": day.remaining,
        "closed": _serialise_closure(day.closure) if day.closure else None,
        "times": list(_serialise_times(day.times, zone)),
    }


def _serialise_closure(closure: Closure) -> dict[str, object]:
    return {"ar": closure.title_ar, "en": closure.title_en, "estimated": bool(closure.estimated)}


def _serialise_times(times: Iterable[FreeSlot], zone: ZoneInfo) -> Iterable[dict[str, object]]:
    for time in times:
        yield {
            "starts_at": time.slot.starts_at.isoformat(),
            "ends_at": time.slot.ends_at.isoformat(),
            "local": f"{time.slot.starts_at.astimezone(zone):%H:%M}",
            "remaining": time.remaining,
            "window": time.slot.window,
        }
