"""Seats for everybody, before anything is typed and without an account: a service, then a mission, then its days."""

from flask import Blueprint, render_template, request

from services.gateway.accounts.throttle import OPENINGS_BY_ADDRESS
from services.gateway.web.access.throttling import slow_down_network
from services.gateway.web.calendars import weeks
from services.gateway.web.content.mission_lists import groups
from services.gateway.web.current import consular, visitor_or_none
from services.gateway.web.days import missions
from shared.catalogue.appointments import EMBASSY_QUEUE_RIYADH, SERVICES
from shared.catalogue.conditions import REGULAR, URGENT
from shared.errors import NotFound

LONGEST = 80
blueprint = Blueprint("seats", __name__)


@blueprint.get("/seats")
def services() -> str:
    """The first step: what somebody comes for."""
    return render_template("pages/appointments/seats_services.html", services=SERVICES)


@blueprint.get("/seats/<service>")
def regions(service: str) -> str:
    """The second step: the missions, by country. Raises NotFound for a service that no mission has."""
    _check(service)
    sought = request.args.get("q", "").strip()[:LONGEST]
    known = visitor_or_none()
    return render_template(
        "pages/appointments/seats_missions.html",
        service=service,
        regions=groups(sought),
        sought=sought,
        own=known.mission if known else "",
    )


@blueprint.get("/seats/<service>/<mission>")
def days(service: str, mission: str) -> str:
    """The third step: the seats of each day by tier, and when the next day opens."""
    _check(service)
    slow_down_network(OPENINGS_BY_ADDRESS)
    if mission not in {one["code"] for one in missions()}:
        raise NotFound("mission_unknown")
    tier = URGENT if request.args.get("tier") == URGENT else REGULAR
    try:
        openings = consular().appointments.openings(mission, service, tier)
    except NotFound:
        openings = None
    return render_template(
        "pages/appointments/seats_days.html",
        service=service,
        mission=mission,
        openings=openings,
        weeks=weeks(openings["days"]) if openings else [],
        by_tier=bool(openings and openings["rule"]["urgent_quota"]),
        tier=tier,
        next_free=next((day["day"] for day in openings["days"] if day["remaining"]), None) if openings else None,
        slug=EMBASSY_QUEUE_RIYADH.slug if mission in EMBASSY_QUEUE_RIYADH.missions else None,
    )


def _check(service: str) -> None:
    if service not in SERVICES:
        raise NotFound("turn_service_unknown")
