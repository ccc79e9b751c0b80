"""Booked appointments whose time the calendar no longer has, whatever changed it, and a new time for each of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.booking import party
from services.consular.appointments.calendars.rules import Free, Lost, assign
from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import AppointmentState, slots_of
from services.consular.appointments.seats import openings
from services.consular.appointments.seats.openings import Plan
from services.consular.missions import calendar
from services.consular.missions.rules import Hours
from shared.database import db
from shared.values import dates

# A preview shows so many appointments one by one.
SAMPLE = 10
# Nobody is moved to a time that begins sooner than this.
NOTICE = timedelta(hours=24)


@dataclass(frozen=True)
class Span:
    """The appointments that are looked at: of some days, and of one service or of all."""

    first: date | None = None
    last: date | None = None
    service: str | None = None


@dataclass(frozen=True)
class Relocated:
    """A displaced appointment and its new time; None where no time is free."""

    appointment: Appointment
    to: datetime | None


@dataclass
class _Calendar:
    """Times of a mission by service and day, each read once."""

    session: Session
    mission: str
    zone: str
    closed: Collection[date]
    planned: Plan
    times: dict[tuple[str, date], dict[datetime, int]] = field(default_factory=dict)

    def has(self, appointment: Appointment) -> bool:
        day = dates.local_date(appointment.starts_at, self.zone)
        if day in self.closed:
            return False
        key = appointment.service, day
        if key not in self.times:
            slots = slots_of(self._hours(appointment.service), day, self.zone)
            self.times[key] = {slot.starts_at: slot.seats for slot in slots}
        return appointment.seat <= self.times[key].get(appointment.starts_at, 0)

    def _hours(self, service: str) -> Sequence[Hours]:
        planned = self.planned.hours.get(service)
        return planned if planned is not None else openings.hours_of(self.session, self.mission, service)


def displaced(session: Session, mission: str, span: Span, plan: Plan) -> list[Appointment]:
    """Booked appointments to come whose time is not in the calendar as it will be with `plan`, earliest first."""
    booked = session.scalars(
        select(Appointment)
        .where(*_conditions(session, mission, span), Appointment.state == AppointmentState.BOOKED)
        .order_by(Appointment.starts_at, Appointment.service, Appointment.seat)
    ).all()
    if not booked:
        return []
    zone = missions.find(session, mission).zone
    days = [dates.local_date(appointment.starts_at, zone) for appointment in (booked[0], booked[-1])]
    closed = plan.closed | calendar.closed_days(session, mission, *days).keys()
    after = _Calendar(session, mission, zone, closed, plan)
    # A family has lost its time as soon as one of its seats is gone.
    lost = {appointment.lead or appointment.id for appointment in booked if not after.has(appointment)}
    return [appointment for appointment in booked if appointment.id in lost]


def is_displaced(session: Session, appointment: Appointment) -> bool:
    """Whether a booked appointment to come has lost its time. Reads reference data alone."""
    if appointment.state != AppointmentState.BOOKED or appointment.starts_at <= db.now(session):
        return False
    zone = missions.find(session, appointment.mission).zone
    day = dates.local_date(appointment.starts_at, zone)
    closed = calendar.closed_days(session, appointment.mission, day, day)
    now = _Calendar(session, appointment.mission, zone, closed, Plan())
    seats = [appointment, *party.companions(session, appointment)]
    return not all(now.has(seat) for seat in seats)


def release_holds(session: Session, mission: str, span: Span) -> None:
    """Releases what is only held. Whoever confirms at this moment has either booked before, or comes too late."""
    session.execute(
        update(Appointment)
        .where(*_conditions(session, mission, span), Appointment.state == AppointmentState.HELD)
        .values(state=AppointmentState.RELEASED, changed_at=func.now())
        .execution_options(synchronize_session=False)
    )


def _conditions(session: Session, mission: str, span: Span) -> list[ColumnElement[bool]]:
    zone = missions.find(session, mission).zone
    conditions = [Appointment.mission == mission, Appointment.starts_at > db.now(session)]
    if span.first:
        conditions.append(Appointment.starts_at >= dates.start_of_day(span.first, zone))
    if span.last:
        conditions.append(Appointment.starts_at < dates.start_of_day(span.last + timedelta(days=1), zone))
    if span.service:
        conditions.append(Appointment.service == span.service)
    return conditions


def moves(session: Session, mission: str, appointments: Sequence[Appointment], plan: Plan) -> list[Relocated]:
    """A free time for each appointment, of those that the calendar will have with `plan`."""
    zone, found = ZoneInfo(missions.find(session, mission).zone), dict[object, datetime | None]()
    earliest = db.now(session) + NOTICE
    for service, tier in sorted({(appointment.service, appointment.tier) for appointment in appointments}):
        of_service = [one for one in appointments if (one.service, one.tier) == (service, tier)]
        days = openings.availability(session, mission, service, plan, tier).days
        free = [
            [
                Free(time.slot.starts_at, time.slot.ends_at, time.remaining)
                for time in day.times
                if time.slot.starts_at >= earliest
            ]
            for day in days
        ]
        left = [day.remaining for day in days]
        lost = [Lost(appointment.starts_at, appointment.persons) for appointment in of_service]
        times = assign(lost, free, left, zone)
        found |= {appointment.id: to for appointment, to in zip(of_service, times, strict=True)}
    return [Relocated(appointment, found[appointment.id]) for appointment in appointments]


def figures(session: Session, mission: str, span: Span, plan: Plan) -> dict[str, object]:
    """The displaced appointments in figures: how many, by service, how many find another time, and the first ones."""
    lost = displaced(session, mission, span, plan)
    planned = moves(session, mission, lost, plan)
    return {
        "turns": len(lost),
        "placed": sum(move.to is not None for move in planned),
        "by_service": _count(appointment.service for appointment in lost),
        "sample": [
            {
                "reference": move.appointment.application,
                "from": move.appointment.starts_at.isoformat(),
                "to": move.to.isoformat() if move.to else None,
            }
            for move in planned[:SAMPLE]
        ],
    }


def _count(services: Iterable[str]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for service in services:
        counts[service] = counts.get(service, 0) + 1
    return counts
