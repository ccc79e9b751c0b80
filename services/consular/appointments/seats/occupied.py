"""The seats that nobody can take by a click: booked, held, or reserved for a draw or the waiting list."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, Text, and_, bindparam, cast, func, null, or_, select
from sqlalchemy.orm import Session

from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.seats import kept_seats
from services.consular.appointments.rules import OCCUPYING, AppointmentState
from services.consular.appointments.seats import tiers
from shared.values import dates

# The parameters of a span.
_SPAN: tuple[BindParameter[Any], ...] = tuple(
    bindparam(name) for name in ("mission", "service", "start", "end", "application")
)


def is_occupied() -> ColumnElement[bool]:
    """Whether an appointment occupies a seat now; an expired hold does not."""
    return and_(
        Appointment.state.in_(OCCUPYING),
        or_(Appointment.state != AppointmentState.HELD, Appointment.held_until > func.now()),
    )


def occupied_seats(
    session: Session,
    mission: str,
    service: str,
    start: datetime,
    end: datetime,
    application: str | None = None,
    *,
    resting: bool = True,
) -> Sequence[Row[datetime, int, str | None]]:
    """Time, number and tier of the seats of a span that a click does not get, each once: occupied or reserved.

    Reserved ones have no tier. Those that are offered to `application` are free to it; seats at rest are left out
    unless `resting`.
    """
    span = {"mission": mission, "service": service, "start": start, "end": end, "application": application}
    return session.execute(_seats(application is not None, resting), span).all()


@cache
def _seats(offered: bool, resting: bool) -> Select[datetime, int, str | None]:
    """The statement for a span, built once: a crowd asks it again and again."""
    mission, service, start, end, application = _SPAN
    conditions = (
        Appointment.mission == mission,
        Appointment.service == service,
        Appointment.starts_at >= start,
        Appointment.starts_at < end,
        is_occupied(),
    )
    booked = select(Appointment.starts_at, Appointment.seat, Appointment.tier).where(*conditions)
    kept = kept_seats(mission, service, start, end, application if offered else None, resting=resting)
    seats = booked.union_all(kept.add_columns(cast(null(), Text))).subquery()
    columns = seats.c.starts_at, seats.c.seat, func.max(seats.c.tier).label("tier")
    return select(*columns).group_by(seats.c.starts_at, seats.c.seat)


def counts(
    session: Session, mission: str, service: str, first: date, last: date, zone: str
) -> dict[str | None, Counter[datetime]]:
    """The seats that a click does not get, by tier and time; those that are reserved have no tier."""
    start, end = dates.start_of_day(first, zone), dates.start_of_day(last + timedelta(days=1), zone)
    span = {"mission": mission, "service": service, "start": start, "end": end}
    found: dict[str | None, Counter[datetime]] = {tier: Counter() for tier in (*tiers.TIERS, None)}
    for at, tier, count in session.execute(_counts(), span):
        found[tier][at] += int(count)
    return found


@cache
def _counts() -> Select[datetime, str | None, int]:
    seats = _seats(offered=False, resting=True).subquery()
    return select(seats.c.starts_at, seats.c.tier, func.count()).group_by(seats.c.starts_at, seats.c.tier)
