"""Closes a mission for some days, and opens it again; both are proposed by one person and signed by another."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.calendars.displaced import Span, displaced, figures, release_holds
from services.consular.appointments.seats.openings import Plan
from services.consular.approvals import sign
from services.consular.approvals.model import Proposal
from services.consular.missions import calendar, holiday_closures, reference_data
from services.consular.missions.model import Closure
from services.consular.missions.rules import dates_between
from shared.catalogue.bulk_actions import AFFECTED, CLOSURE, PAYMENTS, SEATS
from shared.database import audit
from shared.database.rows import change_row
from shared.errors import Conflict, Invalid, NotFound
from shared.forms import check_questions
from shared.identity.actor import Actor
from shared.values.person import strip_controls

KIND, REOPENING = "closure", "reopening"
MAX_DAYS = 60
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


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms of a closure. Raises Invalid with a code per field.

    Where appointments are closed the terms say what becomes of the booked ones.
    """
    mission = session.info["mission"]
    day = missions.today(session, mission)
    is_asked = terms.get("closes") != PAYMENTS
    params = check_questions((*CLOSURE, replace(AFFECTED, required=is_asked)), terms, day)
    errors: dict[str, str] = {}
    first, last = _days(params)
    if first < day:
        errors["first_day"] = "day_past"
    if last < first:
        errors["last_day"] = "ends_before_it_begins"
    elif (last - first).days >= MAX_DAYS:
        errors["last_day"] = "closed_too_long"
    if errors:
        raise Invalid("invalid", errors=errors)
    return params


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """The booked appointments of these days in figures. Nothing is written."""
    if params["closes"] == PAYMENTS:
        return {"turns": 0}
    plan = Plan(closed=frozenset(dates_between(*_days(params))))
    return figures(session, session.info["mission"], span(params), plan)


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Closes the days at once, so that nobody books them any more; the job moves or cancels what is booked."""
    params = proposal.params
    closure = close(session, actor, proposal.mission, _request(params))
    result = {"closure": closure.id, "turns": 0}
    if params["closes"] == PAYMENTS or not displaced(session, proposal.mission, span(params), Plan()):
        sign.finish(session, actor, proposal, result)
    else:
        proposal.result = result


def undo(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Opens the days again."""
    reopen(session, actor, proposal.mission, proposal.result["closure"])


def span(params: Mapping[str, Any]) -> Span:
    """The days whose appointments a closure displaces."""
    return Span(*_days(params))


def _days(params: Mapping[str, Any]) -> tuple[date, date]:
    return date.fromisoformat(params["first_day"]), date.fromisoformat(params["last_day"])


def _request(params: Mapping[str, Any]) -> ClosureRequest:
    return ClosureRequest(
        *_days(params),
        params["title_ar"],
        params["title_en"] or "",
        seats=params["closes"] != PAYMENTS,
        payments=params["closes"] != SEATS,
    )


def close(session: Session, actor: Actor, mission: str, request: ClosureRequest) -> Closure:
    """Adds a closure of the mission and releases held seats; a repeated request adds no second one."""
    calendar.take_lock(session, mission, "calendar")
    if existing := _equal_closure(session, mission, request):
        return existing
    if request.seats:
        release_holds(session, mission, Span(request.first_day, request.last_day))
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


def read_reopening(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms of opening again: the closure with its days. Raises what `reopen` does."""
    row = _reopenable(session, session.info["mission"], str(terms.get("closure") or ""))
    return {
        "closure": row.id,
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
        "title_ar": row.title_ar,
        "title_en": row.title_en,
    }


def preview_reopening(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - one of a table
    """Days that open again displace nobody."""
    return {"turns": 0}


def carry_out_reopening(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Removes the closure at once."""
    reopen(session, actor, proposal.mission, proposal.params["closure"])
    sign.finish(session, actor, proposal, {"turns": 0})


def reopen(session: Session, actor: Actor, mission: str, closure: str) -> Closure:
    """Removes a closure of the mission, or a holiday of its host country or of an estimated day.

    Raises NotFound for another mission's, Conflict for a closure of all missions (closure_of_all) or one that was
    removed before (closure_removed).
    """
    row = _reopenable(session, mission, closure)
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


def _reopenable(session: Session, mission: str, closure: str) -> Closure:
    row = session.get(Closure, closure) or holiday_closures.find(session, missions.find(session, mission), closure)
    if row is None or row.scope not in (None, mission):
        raise NotFound()
    if not row.may_reopen:
        raise Conflict("closure_of_all")
    removal = session.get(Closure, holiday_closures.removal_id(mission, closure))
    if row.removed_at is not None or removal is not None:
        raise Conflict("closure_removed")
    return row


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
