"""Draws of appointments for everybody: the calendar of releases, one draw with its files, and both for programs."""

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from services.gateway.accounts.throttle import OPENINGS_BY_ADDRESS
from services.gateway.web.access.throttling import slow_down_network
from services.gateway.web.current import consular
from services.gateway.web.days import USUAL, missions, page_mission
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
        "pages/appointments/draws.html", calendar=consular().draws.calendar(code), mission=code, missions=missions()
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
        "pages/appointments/draw.html",
        draw=draw,
        places=places[first : first + ROWS],
        before=page - 1 if page > 1 else None,
        after=page + 1 if first + ROWS < len(places) else None,
    )


def data() -> Response:
    """The calendar as JSON: nobody has to read our pages by machine."""
    slow_down_network(OPENINGS_BY_ADDRESS)
    try:
        return jsonify(consular().draws.calendar(request.args.get("mission", USUAL)[:LONGEST]))
    except NotFound as unknown:
        answer = jsonify(code=unknown.code)
        answer.status_code = unknown.status
        return answer


def file(code: str, name: str) -> Response:
    """A published file, byte for byte, as it is replayed."""
    slow_down_network(OPENINGS_BY_ADDRESS)
    answer = make_response(consular().draws.file(code, name))
    is_text = name.endswith(".txt")
    answer.headers["Content-Type"] = "text/plain; charset=utf-8" if is_text else "application/octet-stream"
    answer.headers.set("Content-Disposition", "attachment", filename=f"{code}-{name}")
    return answer
