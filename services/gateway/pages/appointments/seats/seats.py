"""Seats for everybody, before anything is typed and without an account: a service, then a mission, then its days."""

from flask import Blueprint, Response, render_template, request

from services.gateway.pages.appointments.feeds import seats_feed
from services.gateway.web.calendars import weeks
from services.gateway.web.content.feeds import feed_file
from services.gateway.web.content.mission_lists import groups
from services.gateway.web.current import consular, visitor_or_none
from services.gateway.web.days import missions
from services.gateway.web.http.open_data import CALENDAR, count_reader, published_bytes
from shared.catalogue.appointments import EMBASSY_QUEUE_RIYADH, SERVICES
from shared.catalogue.conditions import REGULAR, URGENT
from shared.errors import NotFound

LONGEST = 80
blueprint = Blueprint("seats", __name__)


@blueprint.get("/seats")
def services() -> str:
    """The first step: what somebody comes for."""
    return render_template("pages/appointments/seats/seats_services.html", services=SERVICES)


@blueprint.get("/seats/<service>")
def regions(service: str) -> str:
    """The second step: the missions, by country. Raises NotFound for a service that no mission has."""
    _check(service)
    sought = request.args.get("q", "").strip()[:LONGEST]
    known = visitor_or_none()
    return render_template(
        "pages/appointments/seats/seats_missions.html",
        service=service,
        regions=groups(sought),
        sought=sought,
        own=known.mission if known else "",
    )


@blueprint.get("/seats/<service>/<mission>")
def days(service: str, mission: str) -> str:
    """The third step: the seats of each day by tier, and when the next day opens."""
    _check(service)
    count_reader()
    _check_mission(mission)
    tier = _tier()
    try:
        openings = consular().appointments.openings(mission, service, tier)
    except NotFound:
        openings = None
    return render_template(
        "pages/appointments/seats/seats_days.html",
        service=service,
        mission=mission,
        openings=openings,
        weeks=weeks(openings["days"]) if openings else [],
        by_tier=bool(openings and openings["rule"]["urgent_quota"]),
        tier=tier,
        next_free=next((day["day"] for day in openings["days"] if day["remaining"]), None) if openings else None,
        slug=EMBASSY_QUEUE_RIYADH.slug if mission in EMBASSY_QUEUE_RIYADH.missions else None,
    )


@blueprint.get("/seats/<service>/<mission>/feed.ics")
def feed(service: str, mission: str) -> Response:
    """The days with seats, and when the next day opens, as a calendar to subscribe to.

    Raises NotFound for an unknown mission, and for a service that it gives no times for.
    """
    _check(service)
    count_reader()
    _check_mission(mission)
    tier = _tier()
    found = consular().appointments.openings(mission, service, tier)
    name = f"mahjar-{mission}-{service}-{tier}.ics"
    return published_bytes(feed_file(seats_feed(found)), CALENDAR, name, attached=False)


def _tier() -> str:
    return URGENT if request.args.get("tier") == URGENT else REGULAR


def _check_mission(mission: str) -> None:
    if mission not in {one["code"] for one in missions()}:
        raise NotFound("mission_unknown")


def _check(service: str) -> None:
    if service not in SERVICES:
        raise NotFound("turn_service_unknown")
