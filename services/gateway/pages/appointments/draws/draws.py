"""Draws of appointments for everybody: the calendar of releases, one draw with its files, and both for programs."""

from flask import Blueprint, Response, render_template, request

from services.gateway.pages.appointments.feeds import draws_feed
from services.gateway.web.content.feeds import feed_file
from services.gateway.web.current import consular
from services.gateway.web.days import USUAL, missions, page_mission
from services.gateway.web.http.open_data import (
    BINARY,
    CALENDAR,
    TEXT,
    count_reader,
    published_bytes,
    published_json,
    refused_json,
)
from shared.errors import NotFound
from shared.values.digits import is_digits

blueprint = Blueprint("draws", __name__)
# Rows of a ranked list on one page, which stays light.
LONGEST, ROWS = 40, 100


@blueprint.get("/draws")
def show() -> str:
    """The calendar of a mission: draws to come and drawn, and when freed seats are given."""
    mission = page_mission()
    code = mission["code"] if mission else USUAL
    return render_template(
        "pages/appointments/draws/draws.html",
        calendar=consular().draws.calendar(code),
        mission=code,
        missions=missions(),
    )


@blueprint.get("/draws/<code>")
def detail(code: str) -> str:
    """One draw: what was promised, what was published, and how anybody may replay it."""
    draw = consular().draws.detail(code)
    result = consular().draws.file(code, "result.txt").decode() if draw["state"] == "drawn" else ""
    places = [line.split(" ")[1:] for line in result.splitlines() if line.startswith("rank ")]
    page = min(int(text) if is_digits(text := request.args.get("page", "1")[:4]) else 1, len(places) // ROWS + 1)
    first = max(0, page - 1) * ROWS
    return render_template(
        "pages/appointments/draws/draw.html",
        draw=draw,
        places=places[first : first + ROWS],
        before=page - 1 if page > 1 else None,
        after=page + 1 if first + ROWS < len(places) else None,
    )


@blueprint.get("/draws/feed.ics")
def feed() -> Response:
    """The calendar of a mission to subscribe to. Raises NotFound for an unknown mission."""
    count_reader()
    mission = request.args.get("mission", USUAL)[:LONGEST]
    return published_bytes(
        feed_file(draws_feed(consular().draws.calendar(mission))),
        CALENDAR,
        f"mahjar-{mission}-draws.ics",
        attached=False,
    )


def data() -> Response:
    """The calendar as JSON: nobody has to read our pages by machine."""
    count_reader()
    try:
        return published_json(consular().draws.calendar(request.args.get("mission", USUAL)[:LONGEST]))
    except NotFound as unknown:
        return refused_json(unknown)


def detail_data(code: str) -> Response:
    """One draw as JSON: what was promised before it opened, and the names of its published files."""
    count_reader()
    try:
        return published_json(consular().draws.detail(code[:LONGEST]))
    except NotFound as unknown:
        return refused_json(unknown)


def file(code: str, name: str) -> Response:
    """A published file, byte for byte, as it is replayed."""
    count_reader()
    content = consular().draws.file(code, name)
    return published_bytes(content, TEXT if name.endswith(".txt") else BINARY, f"{code}-{name}")
