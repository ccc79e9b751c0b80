"""Opening hours over HTTP: free times for everybody, closures and hours for the desk."""

from datetime import date
from typing import Any

from flask import Blueprint, request
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments import openings
from services.consular.appointments.closures import ClosureRequest, close, reopen
from services.consular.missions import calendar, weekends
from services.consular.missions.model import Opening
from shared.database import audit
from shared.errors import Invalid, NotFound
from shared.web.service import allowed, body, current_actor, database, transaction

blueprint = Blueprint("appointments", __name__)


class ClosureBody(Schema):
    """Days and titles of a closure, and what it closes."""

    first_day = fields.Date(required=True, error_messages={"invalid": "not_a_date"})
    last_day = fields.Date(required=True, error_messages={"invalid": "not_a_date"})
    title_ar = fields.String(required=True, validate=validate.Length(max=500, error="too_long"))
    title_en = fields.String(load_default="", validate=validate.Length(max=500, error="too_long"))
    seats = fields.Boolean(load_default=True)
    payments = fields.Boolean(load_default=False)


@blueprint.get("/openings")
@allowed("opening.list")
def list_openings() -> dict[str, Any]:
    """Free times of a mission for one service; without a service, the list of services."""
    with database().scope(None) as session:
        mission = missions.find(session, request.args.get("mission")).code
    service = request.args.get("service", "")[:60]
    with database().scope(mission) as session:
        if not service:
            return {"mission": mission, "services": calendar.services(session, mission)}
        return free_times(session, mission, service)


def free_times(session: Session, mission: str, service: str) -> dict[str, Any]:
    """The free times of a mission for a service. Raises NotFound for a service that it does not give times for."""
    services = calendar.services(session, mission)
    if service not in services:
        raise NotFound("turn_service_unknown")
    return {**openings.availability(session, mission, service).serialise(), "services": services}


@blueprint.get("/desk/calendar")
@allowed("calendar.read")
def detail() -> dict[str, Any]:
    """Hours, rules and closures of the officer's mission."""
    actor = current_actor()
    with transaction() as session:
        mission_row = missions.find(session, actor.mission)
        today = missions.today(session, mission_row.code)
        audit.record(session, actor, "calendar.read", mission_row.code)
        services = calendar.services(session, mission_row.code)
        return {
            "today": today.isoformat(),
            "hours": [_hours(row) for row in calendar.hours(session, mission_row.code)],
            "closures": [
                row.serialise()
                for row in calendar.closures(session, mission_row.code, today, today + calendar.MAX_SPAN)
            ],
            "weekends": [row.serialise() for row in weekends.of_mission(session, mission_row)],
            "rules": {service: calendar.rule(session, mission_row.code, service).serialise() for service in services},
        }


def _hours(row: Opening) -> dict[str, Any]:
    return {
        "service": row.service,
        "weekday": row.weekday,
        "opens": f"{row.opens:%H:%M}",
        "closes": f"{row.closes:%H:%M}",
        "slot_minutes": row.slot_minutes,
        "seats": row.seats,
        "window": row.window,
        "source": row.source,
        "certainty": row.certainty,
    }


@blueprint.post("/desk/closures")
@allowed("calendar.change")
def add() -> tuple[dict[str, Any], int]:
    """Closes the officer's mission for some days."""
    request_body, actor = body(ClosureBody), current_actor()
    if actor.mission is None:
        raise Invalid("required", field="mission")
    days: tuple[date, date] = (request_body["first_day"], request_body["last_day"])
    closure_request = ClosureRequest(
        *days, request_body["title_ar"], request_body["title_en"], request_body["seats"], request_body["payments"]
    )
    with transaction() as session:
        return close(session, actor, actor.mission, closure_request).serialise(), 201


@blueprint.post("/desk/closures/remove")
@allowed("calendar.change")
def remove() -> dict[str, Any]:
    """Removes a closure."""
    actor, closure = current_actor(), body(Removal)["closure"]
    if actor.mission is None:
        raise Invalid("required", field="mission")
    with transaction() as session:
        return reopen(session, actor, actor.mission, closure).serialise()


class Removal(Schema):
    """The id of a closure, in the body because it contains slashes."""

    closure = fields.String(required=True, validate=validate.Length(1, 100, error="too_long"))
