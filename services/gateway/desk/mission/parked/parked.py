"""Parked messages at the desk: the list with what waits for them, one message, its replay with a reason."""

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.clients.consular.mission.parked import ParkedMessage
from services.gateway.desk.cases.details import may
from services.gateway.desk.csv_file import csv_file
from services.gateway.desk.paging import every_page, list_page
from services.gateway.desk.wording import refusal_text, written_text
from services.gateway.web.current import actor, consular
from services.gateway.web.presentation import has_text, t, tn
from shared.errors import Conflict, NotFound

Answer = Response | str | tuple[str, int]
LONGEST = 300
COLUMNS = (
    *("desk.parked.number", "desk.parked.at", "desk.queue.reference", "desk.parked.from"),
    *("desk.parked.why", "desk.parked.detail"),
)


def show() -> str:
    """A page of the list."""
    return render_template(
        "desk/mission/parked/parked.html",
        parked=consular().parked.list_messages(actor(), list_page()),
        age=age,
        reason_of=reason_of,
        kind_of=kind_of,
        done=request.args.get("done", ""),
        turn=lambda page: url_for("desk.parked", page=page),
    )


def export() -> Response:
    """All parked messages, the oldest first, as a file for a spreadsheet."""
    pages = every_page(lambda page: consular().parked.list_messages(actor(), page))
    return csv_file(
        "parked", [t(key) for key in COLUMNS], (_cells(one) for found in pages for one in found["messages"])
    )


def _cells(one: ParkedMessage) -> tuple[object, ...]:
    kind, reason = kind_of(one["routing_key"]), reason_of(one["reason"])
    return one["number"], one["at"], one["about"], kind, reason, one["detail"]


def detail(number: int) -> str:
    """One message."""
    return _page(number)


def replay(number: int) -> Answer:
    """Takes a message up again; not without a reason."""
    reason, wrong = written_text("reason", LONGEST, "desk.why_needed")
    if wrong:
        return _page(number, wrong=wrong, typed=reason), 422
    try:
        consular().parked.replay(actor(), number, reason)
    except NotFound:
        decided = Conflict("message_decided")
        return _page(number, refused=decided, typed=reason), decided.status
    return redirect(url_for("desk.parked", done="replayed"), 303)


def _page(number: int, **more: object) -> str:
    message = consular().parked.detail(actor(), number)
    return render_template(
        "desk/mission/parked/message.html",
        message=message,
        may=may,
        age=age,
        reason_of=reason_of,
        kind_of=kind_of,
        refusal_text=refusal_text,
        **more,
    )


def age(minutes: int) -> Markup:
    """An age in the largest unit of which it has at least one."""
    for unit, length in (("days", 1440), ("hours", 60)):
        if minutes >= length:
            return tn(f"desk.parked.{unit}", minutes // length)
    return tn("desk.parked.minutes", minutes)


def reason_of(code: str) -> Markup | str:
    """Why a message was set aside, in words where there are some."""
    return t(f"desk.parked.reason.{code}") if has_text(f"desk.parked.reason.{code}") else code


def kind_of(routing_key: str) -> Markup | str:
    """What a message says, in words; its own name where it is of a kind that this service does not take."""
    return t(f"desk.parked.kind.{routing_key}") if has_text(f"desk.parked.kind.{routing_key}") else routing_key
