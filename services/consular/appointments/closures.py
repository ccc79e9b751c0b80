"""Closes a mission for some days, and opens it again; booked people are never stood before a locked door."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import AppointmentState
from services.consular.missions import calendar
from services.consular.missions.model import Closure
from shared.database import audit
from shared.errors import Conflict, Invalid, NotFound
from shared.identity.actor import Actor
from shared.values import dates
from shared.values.person import strip_controls

TITLE_LENGTH, LONGEST_DAYS = 120, 60


@dataclass(frozen=True)
class Closing:
    """What the desk asks for: days, words for both languages, and what is closed."""

    first_day: date
    last_day: date
    title_ar: str
    title_en: str
    seats: bool
    payments: bool


def close(session: Session, actor: Actor, mission: str, asked: Closing) -> Closure:
    """Adds a closure of the mission, once however often it is sent; seats only held are let go. Raises Invalid with a
    code per field, Conflict (turns_in_the_way, with how many) when somebody has a booked turn on one of the days."""
    _check(session, mission, asked)
    calendar.take_lock(session, mission, "calendar")
    if before := _same(session, mission, asked):
        return before
    if asked.seats:
        _make_way(session, mission, asked)
    closure = Closure(
        id=f"{mission}/{asked.first_day.isoformat()}/{uuid.uuid4().hex[:12]}",
        scope=mission,
        country=None,
        first_day=asked.first_day,
        last_day=asked.last_day,
        kind="mission",
        seats_closed=asked.seats,
        payments_closed=asked.payments,
        title_ar=strip_controls(asked.title_ar),
        title_en=strip_controls(asked.title_en) or strip_controls(asked.title_ar),
        source="The mission",
        certainty="H",
        approver=actor.id,
    )
    session.add(closure)
    session.flush()
    audit.record(session, actor, "closure.added", closure.id, reason=asked.first_day.isoformat())
    return closure


def _same(session: Session, mission: str, asked: Closing) -> Closure | None:
    """A closure like this one that still stands. The calendar is locked, so that nobody adds one meanwhile."""
    return session.scalar(
        select(Closure)
        .where(
            Closure.scope == mission, Closure.removed_at.is_(None), Closure.title_ar == strip_controls(asked.title_ar)
        )
        .where(Closure.first_day == asked.first_day, Closure.last_day == asked.last_day)
        .where(Closure.seats_closed == asked.seats, Closure.payments_closed == asked.payments)
        .limit(1)
    )


def _check(session: Session, mission: str, asked: Closing) -> None:
    errors: dict[str, str] = {}
    if asked.first_day < missions.today(session, mission):
        errors["first_day"] = "day_past"
    if asked.last_day < asked.first_day:
        errors["last_day"] = "ends_before_it_begins"
    elif (asked.last_day - asked.first_day).days >= LONGEST_DAYS:
        errors["last_day"] = "closed_too_long"
    if not strip_controls(asked.title_ar):
        errors["title_ar"] = "required"
    errors |= {name: "too_long" for name in ("title_ar", "title_en") if len(getattr(asked, name)) > TITLE_LENGTH}
    if not (asked.seats or asked.payments):
        errors["closes"] = "required"
    if errors:
        raise Invalid("invalid", errors=errors)


def _make_way(session: Session, mission: str, asked: Closing) -> None:
    zone = missions.find(session, mission).zone
    on_the_days = (
        Appointment.mission == mission,
        Appointment.starts_at >= dates.start_of_day(asked.first_day, zone),
        Appointment.starts_at < dates.start_of_day(asked.last_day + timedelta(days=1), zone),
    )
    # First let go of what is only held: whoever confirms at this moment has either booked before, or comes too late.
    session.execute(
        update(Appointment)
        .where(*on_the_days, Appointment.state == AppointmentState.HELD)
        .values(state=AppointmentState.RELEASED, changed_at=func.now())
        .execution_options(synchronize_session=False)
    )
    booked = session.scalar(
        select(func.count()).select_from(Appointment).where(*on_the_days, Appointment.state == AppointmentState.BOOKED)
    )
    if booked:
        raise Conflict("turns_in_the_way", n=booked)


def reopen(session: Session, actor: Actor, mission: str, closure: str) -> Closure:
    """Takes back a closure of the mission. Raises NotFound for another mission's, Conflict for one that is law for
    all, or that was taken back before."""
    found = session.get(Closure, closure)
    if found is None or found.scope not in (None, mission):
        raise NotFound()
    if found.scope is None:
        raise Conflict("closure_of_all")
    removed = session.scalar(
        update(Closure)
        .where(Closure.id == closure, Closure.removed_at.is_(None))
        .values(removed_at=func.now(), removed_by=actor.id)
        .returning(Closure)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if removed is None:
        raise Conflict("closure_removed")
    audit.record(session, actor, "closure.removed", closure)
    return removed
