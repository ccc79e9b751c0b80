"""The call screen of a mission's waiting hall: numbers and counters in both languages, and nobody's name.

It is told of each call by server-sent events. A process serves few of them at once, so that screens never take the
threads that pages need; a browser that gets none, or has no scripts, loads the page anew.
"""

import json
import threading
import time
from collections.abc import Iterator

from flask import Blueprint, Response, render_template, stream_with_context

from services.gateway.accounts.throttle import OPENINGS_BY_ADDRESS
from services.gateway.clients.consular.appointments.hall import Screen
from services.gateway.web.access.throttling import slow_down_network
from services.gateway.web.current import consular
from services.gateway.web.days import missions
from shared.errors import NotFound, Refusal
from shared.fragments import LANGUAGES
from shared.i18n import language

blueprint = Blueprint("hall", __name__)
# An answer ends before the time limit of a request does; the browser asks again at once.
STREAM_SECONDS, PAUSE_SECONDS = 6.0, 1.0
STREAMS = threading.BoundedSemaphore(2)


@blueprint.get("/hall/<mission>")
def show(mission: str) -> str:
    """The screen. Raises NotFound for an unknown mission."""
    return render_template(
        "pages/hall/screen.html",
        screen=_screen(mission),
        mission=next(one for one in missions() if one["code"] == mission),
        languages=[language(code) for code in LANGUAGES],
    )


@blueprint.get("/hall/<mission>/calls")
def stream(mission: str) -> Response:
    """The screen's content, each time it changes; 204 while too many listen, which tells a browser to stop asking."""
    first = _screen(mission)
    if not STREAMS.acquire(blocking=False):
        return Response(status=204)
    answer = Response(stream_with_context(_events(mission, first)), mimetype="text/event-stream")
    # A proxy that buffers answers passes each event on at once.
    answer.headers["X-Accel-Buffering"] = "no"
    answer.call_on_close(STREAMS.release)
    return answer


def _events(mission: str, first: Screen) -> Iterator[str]:
    ends, shown = time.monotonic() + STREAM_SECONDS, first
    yield f"retry: {int(1000 * PAUSE_SECONDS)}\n{_event(first)}"
    while time.monotonic() < ends:
        time.sleep(PAUSE_SECONDS)
        try:
            now = consular().hall.screen(mission)
        except Refusal:
            return
        if now != shown:
            shown = now
            yield _event(now)


def _event(screen: Screen) -> str:
    return f"data: {json.dumps(screen)}\n\n"


def _screen(mission: str) -> Screen:
    slow_down_network(OPENINGS_BY_ADDRESS)
    if mission not in {one["code"] for one in missions()}:
        raise NotFound("mission_unknown")
    return consular().hall.screen(mission)
