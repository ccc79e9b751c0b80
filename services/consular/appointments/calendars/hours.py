"""Changes the hours of a counter on some weekdays from a day on: proposed by one person and signed by another."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.appointments.calendars import terms as read_terms
from services.consular.appointments.calendars.displaced import Span, displaced, figures, release_holds
from services.consular.appointments.rules import overlaps
from services.consular.appointments.seats import openings
from services.consular.appointments.seats.openings import Plan
from services.consular.approvals import sign
from services.consular.approvals.model import Proposal
from services.consular.missions import calendar, reference_data
from services.consular.missions.model import Opening
from services.consular.missions.rules import Hours
from shared.catalogue.bulk_actions import HOURS, OPEN
from shared.database import audit
from shared.errors import Invalid
from shared.identity.actor import Actor

KIND = "hours"
# What a counter that opens needs.
OPENING = ("opens", "closes_at", "slot_minutes", "seats")


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field."""
    params = {
        **read_terms.check(session, HOURS, terms),
        "service": read_terms.service(terms),
        "weekdays": read_terms.weekdays(terms, "weekdays"),
    }
    errors = {} if params["weekdays"] else {"weekdays": "required"}
    if params["reception"] == OPEN:
        errors |= {name: "required" for name in OPENING if params[name] is None}
    else:
        params |= dict.fromkeys(OPENING)
    if not errors:
        errors = _conflicts(session, params)
    if errors:
        raise Invalid("invalid", errors=errors)
    return params


def _conflicts(session: Session, params: Mapping[str, Any]) -> dict[str, str]:
    mission, new = session.info["mission"], _new_hours(params)
    if any(not row.opens < row.closes for row in new):
        return {"closes_at": "closes_before_it_opens"}
    rows = calendar.hours(session, mission)
    if any(row.valid_from >= date.fromisoformat(params["valid_from"]) for row in rows if _is_replaced(row, params)):
        return {"valid_from": "hours_begin_later"}
    others = [row.hours for row in rows if row.window == params["window"] and row.service != params["service"]]
    return {"window": "window_taken"} if any(overlaps(row, others) for row in new) else {}


def _is_replaced(row: Opening, params: Mapping[str, Any]) -> bool:
    same = row.service == params["service"] and row.window == params["window"] and row.weekday in params["weekdays"]
    return same and (row.valid_to is None or row.valid_to > date.fromisoformat(params["valid_from"]))


def _new_hours(params: Mapping[str, Any]) -> list[Hours]:
    if params["reception"] != OPEN:
        return []
    times = time.fromisoformat(params["opens"]), time.fromisoformat(params["closes_at"])
    seats, window, first = params["seats"], params["window"], date.fromisoformat(params["valid_from"])
    return [Hours(day, *times, params["slot_minutes"], seats, window, first) for day in params["weekdays"]]


def _plan(session: Session, params: Mapping[str, Any]) -> Plan:
    service, first = params["service"], date.fromisoformat(params["valid_from"])
    kept = [
        Hours(*_columns(row), row.valid_from, first if _is_replaced(row, params) else row.valid_to)
        for row in calendar.hours(session, session.info["mission"], service)
    ]
    return Plan(hours={service: [*kept, *_new_hours(params)]})


def _columns(row: Opening) -> tuple[int, time, time, int, int, str]:
    return row.weekday, row.opens, row.closes, row.slot_minutes, row.seats, row.window


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """The appointments that lose their time, and the seats of a week before and after. Nothing is written."""
    plan, mission = _plan(session, params), session.info["mission"]
    first = date.fromisoformat(params["valid_from"])
    before = openings.hours_of(session, mission, params["service"])
    return {
        **figures(session, mission, span(params), plan),
        "seats_before": openings.seats_of_week(before, first),
        "seats_after": openings.seats_of_week(plan.hours[params["service"]], first),
    }


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Writes the hours at once where nobody is affected; otherwise the job does, when the time to undo is over."""
    plan = _plan(session, proposal.params)
    if not displaced(session, proposal.mission, span(proposal.params), plan):
        apply(session, actor, proposal)
        sign.finish(session, actor, proposal, {"turns": 0})


def undo(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Nothing has been written yet."""


def span(params: Mapping[str, Any]) -> Span:
    """The appointments that the hours may displace."""
    return Span(date.fromisoformat(params["valid_from"]), None, params["service"])


def apply(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Ends the old rows and adds the new ones; a second call changes nothing."""
    params, mission = proposal.params, proposal.mission
    calendar.take_lock(session, mission, "calendar")
    first = date.fromisoformat(params["valid_from"])
    ended = [row.id for row in calendar.hours(session, mission) if _is_replaced(row, params) and row.valid_from < first]
    session.execute(update(Opening).where(Opening.id.in_(ended)).values(valid_to=first))
    for hours in _new_hours(params):
        session.execute(insert(Opening).values(_row(proposal, hours)).on_conflict_do_nothing())
    reference_data.reread(session)
    release_holds(session, mission, span(params))
    audit.record(session, actor, "hours.changed", proposal.reference, reason=params["service"])


def _row(proposal: Proposal, hours: Hours) -> dict[str, Any]:
    return {
        "id": f"{proposal.mission}/{proposal.params['service']}/{hours.weekday}/{proposal.reference}",
        "mission": proposal.mission,
        "service": proposal.params["service"],
        "weekday": hours.weekday,
        "opens": hours.opens,
        "closes": hours.closes,
        "slot_minutes": hours.slot_minutes,
        "seats": hours.seats,
        "window": hours.window,
        "valid_from": hours.valid_from,
        "valid_to": None,
        "source": "The mission",
        "certainty": "H",
        "approver": proposal.approver,
    }
