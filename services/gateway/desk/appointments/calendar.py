"""The mission's calendar: hours with their source, closures, adding and removing a closure."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.clients.consular.appointments import OpeningHours
from services.gateway.desk.wording import refusal_text
from services.gateway.web.access import DECIDING
from services.gateway.web.current import actor, consular
from services.gateway.web.forms import faults, fields, read, typed
from shared.catalogue.model import Question
from shared.errors import Invalid, NotAllowed, Refusal, Unavailable

Answer = Response | str | tuple[str, int]
QUESTIONS = (
    Question("first_day", kind="date", hijri=False),
    Question("last_day", kind="date", hijri=False),
    Question("title_ar", max_length=120),
    Question("title_en", max_length=120, required=False),
    Question("closes", kind="choice", choices=("seats", "payments", "both")),
)
PREFIX = "closure"


def show() -> str:
    """The calendar."""
    return _page()


def _runs(hours: list[OpeningHours]) -> list[dict[str, Any]]:
    """Rows that differ only in the weekday, joined; weekdays as columns of a calendar, Sunday first."""
    runs: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in hours:
        rest = {name: value for name, value in row.items() if name != "weekday"}
        runs.setdefault(tuple(rest.values()), {**rest, "columns": []})["columns"].append((row["weekday"] + 1) % 7)
    return [{**row, "columns": sorted(row["columns"])} for row in runs.values()]


def _page(refusal: Refusal | None = None) -> str:
    errors = faults(refusal, QUESTIONS, prefix=PREFIX) if isinstance(refusal, Invalid) else {}
    calendar = consular().appointments.calendar(actor())
    return render_template(
        "desk/appointments/calendar.html",
        calendar=calendar,
        hours=_runs(calendar["hours"]),
        may=actor().role in DECIDING,
        errors=errors,
        fields=fields(QUESTIONS, typed(QUESTIONS, request.form), errors, prefix=PREFIX),
        refused=refusal if not errors else None,
        refusal_text=refusal_text,
        done=request.args.get("done", ""),
    )


def close() -> Answer:
    """Closes some days; refused while somebody is booked on one of them, with how many."""
    try:
        asked = read(QUESTIONS, request.form)
        closes = asked.pop("closes")
        kinds = {"seats": closes != "payments", "payments": closes != "seats"}
        consular().appointments.close(actor(), {**asked, "title_en": asked["title_en"] or "", **kinds})
    except (NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("desk.calendar", done="close"), 303)


def reopen() -> Answer:
    """Removes a closure."""
    try:
        consular().appointments.reopen(actor(), request.form.get("closure", "")[:100])
    except (NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("desk.calendar", done="reopen"), 303)
