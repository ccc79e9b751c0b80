"""The seats that nobody can take by a click: booked, held, or reserved for a draw or the waiting list."""

from collections import Counter
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, null, or_, select
from sqlalchemy.orm import Session

from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.seats import kept_seats
from services.consular.appointments.rules import OCCUPYING, AppointmentState
from services.consular.appointments.seats import tiers
from shared.values import dates


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
) -> Select[datetime, int, str | None]:
    """Selects time, number and tier of the seats of a span that a click does not get, each once: occupied or reserved.

    Reserved ones have no tier. Those that are offered to `application` are free to it; seats at rest are left out
    unless `resting`.
    """
    conditions = (
        Appointment.mission == mission,
        Appointment.service == service,
        Appointment.starts_at >= start,
        Appointment.starts_at < end,
        is_occupied(),
    )
    booked = select(Appointment.starts_at, Appointment.seat, Appointment.tier).where(*conditions)
    kept = kept_seats(mission, service, start, end, application, resting=resting)
    seats = booked.union_all(kept.add_columns(cast(null(), Text))).subquery()
    columns = seats.c.starts_at, seats.c.seat, func.max(seats.c.tier).label("tier")
    return select(*columns).group_by(seats.c.starts_at, seats.c.seat)


def counts(
    session: Session, mission: str, service: str, first: date, last: date, zone: str
) -> dict[str | None, Counter[datetime]]:
    """The seats that a click does not get, by tier and time; those that are reserved have no tier."""
    start, end = dates.start_of_day(first, zone), dates.start_of_day(last + timedelta(days=1), zone)
    seats = occupied_seats(mission, service, start, end).subquery()
    rows = session.execute(
        select(seats.c.starts_at, seats.c.tier, func.count()).group_by(seats.c.starts_at, seats.c.tier)
    )
    found: dict[str | None, Counter[datetime]] = {tier: Counter() for tier in (*tiers.TIERS, None)}
    for at, tier, count in rows:
        found[tier][at] += int(count)
    return found
