"""Closes a mission for some days, and opens it again; a day with booked appointments cannot be closed."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import AppointmentState
from services.consular.missions import calendar, holiday_closures, reference_data
from services.consular.missions.model import Closure
from shared.database import audit
from shared.database.rows import change_row
from shared.errors import Conflict, Invalid, NotFound
from shared.identity.actor import Actor
from shared.values import dates
from shared.values.person import strip_controls

TITLE_LENGTH, MAX_DAYS = 120, 60
HOLIDAY_COLUMNS = (
    *("country", "first_day", "last_day", "kind", "seats_closed", "payments_closed"),
    *("title_ar", "title_en", "source", "certainty", "estimated"),
)


@dataclass(frozen=True)
class ClosureRequest:
    """A closure requested by the desk: days, titles in both languages, and what is closed."""

    first_day: date
    last_day: date
    title_ar: str
    title_en: str
    seats: bool
    payments: bool


def close(session: Session, actor: Actor, mission: str, request: ClosureRequest) -> Closure:
    """Adds a closure of the mission and releases held seats; a repeated request adds no second one.

    Raises Invalid with a code per field, Conflict (turns_in_the_way, with how many) when an appointment is booked on
    one of the days.
    """
    _check(session, mission, request)
    calendar.take_lock(session, mission, "calendar")
    if existing := _equal_closure(session, mission, request):
        return existing
    if request.seats:
        _release_holds(session, mission, request)
    closure = Closure(
        id=f"{mission}/{request.first_day.isoformat()}/{uuid.uuid4().hex[:12]}",
        scope=mission,
        country=None,
        first_day=request.first_day,
        last_day=request.last_day,
        kind="mission",
        seats_closed=request.seats,
        payments_closed=request.payments,
        title_ar=strip_controls(request.title_ar),
        title_en=strip_controls(request.title_en) or strip_controls(request.title_ar),
        source="The mission",
        certainty="H",
        approver=actor.id,
    )
    session.add(closure)
    session.flush()
    reference_data.reread(session)
    audit.record(session, actor, "closure.added", closure.id, reason=request.first_day.isoformat())
    return closure


def _equal_closure(session: Session, mission: str, request: ClosureRequest) -> Closure | None:
    """An equal closure in force. The calendar is locked, so that nobody adds one meanwhile."""
    return session.scalar(
        select(Closure)
        .where(
            Closure.scope == mission, Closure.removed_at.is_(None), Closure.title_ar == strip_controls(request.title_ar)
        )
        .where(Closure.first_day == request.first_day, Closure.last_day == request.last_day)
        .where(Closure.seats_closed == request.seats, Closure.payments_closed == request.payments)
        .limit(1)
    )


def _check(session: Session, mission: str, request: ClosureRequest) -> None:
    errors: dict[str, str] = {}
    if request.first_day < missions.today(session, mission):
        errors["first_day"] = "day_past"
    if request.last_day < request.first_day:
        errors["last_day"] = "ends_before_it_begins"
    elif (request.last_day - request.first_day).days >= MAX_DAYS:
        errors["last_day"] = "closed_too_long"
    if not strip_controls(request.title_ar):
        errors["title_ar"] = "required"
    errors |= {name: "too_long" for name in ("title_ar", "title_en") if len(getattr(request, name)) > TITLE_LENGTH}
    if not (request.seats or request.payments):
        errors["closes"] = "required"
    if errors:
        raise Invalid("invalid", errors=errors)


def _release_holds(session: Session, mission: str, request: ClosureRequest) -> None:
    zone = missions.find(session, mission).zone
    conditions = (
        Appointment.mission == mission,
        Appointment.starts_at >= dates.start_of_day(request.first_day, zone),
        Appointment.starts_at < dates.start_of_day(request.last_day + timedelta(days=1), zone),
    )
    # Holds are released first: whoever confirms at this moment has either booked before, or comes too late.
    session.execute(
        update(Appointment)
        .where(*conditions, Appointment.state == AppointmentState.HELD)
        .values(state=AppointmentState.RELEASED, changed_at=func.now())
        .execution_options(synchronize_session=False)
    )
    booked = session.scalar(
        select(func.count()).select_from(Appointment).where(*conditions, Appointment.state == AppointmentState.BOOKED)
    )
    if booked:
        raise Conflict("turns_in_the_way", n=booked)


def reopen(session: Session, actor: Actor, mission: str, closure: str) -> Closure:
    """Removes a closure of the mission, or a holiday of its host country or of an estimated day.

    Raises NotFound for another mission's, Conflict for a closure of all missions (closure_of_all) or one that was
    removed before (closure_removed).
    """
    mission_row = missions.find(session, mission)
    row = session.get(Closure, closure) or holiday_closures.find(session, mission_row, closure)
    if row is None or row.scope not in (None, mission):
        raise NotFound()
    if not row.may_reopen:
        raise Conflict("closure_of_all")
    standing = Closure.id == closure, Closure.removed_at.is_(None)
    reopened = (
        change_row(session, Closure, *standing, removed_at=func.now(), removed_by=actor.id)
        if row.scope
        else _remove_holiday(session, actor, mission, row)
    )
    if reopened is None:
        raise Conflict("closure_removed")
    reference_data.reread(session)
    audit.record(session, actor, "closure.removed", closure)
    return reopened


def _remove_holiday(session: Session, actor: Actor, mission: str, holiday: Closure) -> Closure | None:
    """A holiday is computed; what says that this mission works on it is a removed row of its own."""
    values = {name: getattr(holiday, name) for name in HOLIDAY_COLUMNS} | {
        "id": holiday_closures.removal_id(mission, holiday.id),
        "scope": mission,
        "approver": actor.id,
        "removed_at": func.now(),
        "removed_by": actor.id,
    }
    return session.scalar(insert(Closure).values(values).on_conflict_do_nothing().returning(Closure))
