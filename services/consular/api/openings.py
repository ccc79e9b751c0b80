"""Opening hours over HTTP: free times for everybody, closures and hours for the desk."""

from typing import Any

from flask import Blueprint, request
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.calendars.displaced import Span, displaced
from services.consular.appointments.seats import openings
from services.consular.appointments.seats.openings import Plan
from services.consular.appointments.seats.tiers import TIERS
from services.consular.missions import calendar, weekends
from services.consular.missions.model import Opening
from shared.catalogue.conditions import REGULAR
from shared.database import audit
from shared.errors import Invalid, NotFound
from shared.web.service import allowed, current_actor, database, transaction

blueprint = Blueprint("appointments", __name__)


@blueprint.get("/openings")
@allowed("opening.list")
def list_openings() -> dict[str, Any]:
    """Free times of a mission for one service; without a service, the list of services."""
    with database().scope(None) as session:
        mission = missions.find(session, request.args.get("mission")).code
    service, tier = request.args.get("service", "")[:60], request.args.get("tier", REGULAR)
    if tier not in TIERS:
        raise Invalid("unknown_choice", field="tier")
    with database().scope(mission) as session:
        if not service:
            return {"mission": mission, "services": calendar.services(session, mission)}
        return free_times(session, mission, service, tier)


def free_times(session: Session, mission: str, service: str, tier: str = REGULAR, persons: int = 1) -> dict[str, Any]:
    """The free times of a mission for a service. Raises NotFound for a service that it does not give times for."""
    services = calendar.services(session, mission)
    if service not in services:
        raise NotFound("turn_service_unknown")
    return {
        **openings.availability(session, mission, service, tier=tier, persons=persons).serialise(),
        "services": services,
    }


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
            "zone": mission_row.zone,
            "hours": [_hours(row) for row in calendar.hours(session, mission_row.code)],
            "closures": [
                row.serialise()
                for row in calendar.closures(session, mission_row.code, today, today + calendar.MAX_SPAN)
            ],
            "weekends": [row.serialise() for row in weekends.of_mission(session, mission_row)],
            "displaced": len(displaced(session, mission_row.code, Span(), Plan())),
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
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }
