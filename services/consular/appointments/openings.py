"""Availability: days with remaining seats, the times of a day, and whether a time may be booked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CompoundSelect, and_, func, or_, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.seat_rules import is_by_draw
from services.consular.appointments.reserved.seats import kept_seats
from services.consular.appointments.rules import NEXT_COUNT, OCCUPYING, AppointmentState, Slot, slots_of
from services.consular.missions import calendar
from services.consular.missions.model import AppointmentRule, Closure
from services.consular.missions.rules import Hours, dates_between
from shared.database import db
from shared.errors import Refusal
from shared.values import dates


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
class Availability:
    """The days, times and rule from which an applicant chooses a time."""

    mission: str
    zone: str
    service: str
    rule: AppointmentRule
    days: tuple[Day, ...]

    def serialise(self) -> dict[str, object]:
        """As the interface shows it: instants in UTC, beside them the wall clock of the mission."""
        return {
            "mission": self.mission,
            "service": self.service,
            "zone": self.zone,
            "rule": self.rule.serialise(),
            "days": [_serialise_day(day, ZoneInfo(self.zone)) for day in self.days],
        }


def is_occupied() -> ColumnElement[bool]:
    """Whether an appointment occupies a seat now; an expired hold does not."""
    return and_(
        Appointment.state.in_(OCCUPYING),
        or_(Appointment.state != AppointmentState.HELD, Appointment.held_until > func.now()),
    )


def occupied_seats(
    mission: str,
    service: str,
    start: datetime,
    end: datetime,
    application: str | None = None,
    *,
    resting: bool = True,
) -> CompoundSelect[datetime, int]:
    """Selects time and number of the seats of a span that a click does not get, each once: occupied or reserved.

    Those that are offered to `application` are free to it; seats at rest are left out unless `resting`.
    """
    conditions = (
        Appointment.mission == mission,
        Appointment.service == service,
        Appointment.starts_at >= start,
        Appointment.starts_at < end,
        is_occupied(),
    )
    occupied = select(Appointment.starts_at, Appointment.seat).where(*conditions)
    return occupied.union(kept_seats(mission, service, start, end, application, resting=resting))


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
    for at, count in _occupied_seats(session, mission, service, first, first + calendar.MAX_SPAN, zone).items():
        days[dates.local_date(at, zone)] += count
    return days


def availability(session: Session, mission: str, service: str, plan: Plan | None = None) -> Availability:
    """All days from today to the horizon. A service without opening hours has days without times.

    With `plan`, as they would be once it is carried out.
    """
    plan = plan or Plan()
    zone, rule = missions.find(session, mission).zone, calendar.rule(session, mission, service)
    first = missions.today(session, mission)
    last = first + timedelta(days=rule.horizon_days)
    hours = plan.hours[service] if service in plan.hours else hours_of(session, mission, service)
    closed = calendar.closed_days(session, mission, first, last)
    occupied = _occupied_seats(session, mission, service, first, last, zone)
    now = db.now(session)
    # What is given by draw alone is free to nobody who clicks.
    quota = 0 if is_by_draw(session, mission, service) else rule.daily_quota

    def day_of(day: date) -> Day:
        slots = [] if day in closed or day in plan.closed else slots_of(hours, day, zone)
        return _day(day, slots, occupied, now, quota, closed.get(day))

    return Availability(mission, zone, service, rule, tuple(day_of(day) for day in dates_between(first, last)))


def _day(
    day: date, slots: list[Slot], occupied: Counter[datetime], now: datetime, quota: int, closure: Closure | None
) -> Day:
    left = max(0, quota - sum(occupied[slot.starts_at] for slot in slots))
    times = tuple(
        FreeSlot(slot, min(left, max(0, slot.seats - occupied[slot.starts_at])))
        for slot in slots
        if slot.starts_at > now
    )
    return Day(day, times, min(left, sum(time.remaining for time in times)), closure)


def _occupied_seats(
    session: Session, mission: str, service: str, first: date, last: date, zone: str
) -> Counter[datetime]:
    start, end = dates.start_of_day(first, zone), dates.start_of_day(last + timedelta(days=1), zone)
    seats = occupied_seats(mission, service, start, end).subquery()
    rows = session.execute(select(seats.c.starts_at, func.count()).group_by(seats.c.starts_at))
    return Counter({at: int(count) for at, count in rows})


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


def next_free(session: Session, mission: str, service: str, after: datetime) -> list[str]:
    """The next free times after an unavailable one; without a later time, the first of all."""
    times = [
        time.slot.starts_at
        for day in availability(session, mission, service).days
        if day.remaining
        for time in day.times
        if time.remaining
    ]
    later = [at for at in times if at >= after]
    return [at.isoformat() for at in sorted((later or times)[:NEXT_COUNT])]


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
