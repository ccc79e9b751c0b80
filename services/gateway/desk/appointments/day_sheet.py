"""The day sheet: appointments of a day by time, and whether each person came."""

import uuid
from datetime import date, timedelta
from typing import Any

from flask import Response as Download
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.clients.consular.appointments.appointments import DaySheet
from services.gateway.desk.cases import case
from services.gateway.desk.csv_file import csv_file
from services.gateway.desk.wording import printed, refusal_text
from services.gateway.web.current import actor, consular
from services.gateway.web.presentation import t
from shared.errors import Invalid, NotAllowed, NotFound, Refusal, Unavailable

Answer = Response | str | tuple[str, int]
LONGEST = 300


def show() -> Answer:
    """The day sheet; today unless another day is named."""
    return _page()


def _page(refusal: Refusal | None = None) -> Answer:
    day, sought = request.values.get("day", "")[:10], request.args.get("q", "").strip()[:LONGEST]
    try:
        sheet = consular().appointments.day_sheet(actor(), day or None, sought or None)
    except Invalid:
        sheet = consular().appointments.day_sheet(actor(), None, sought or None)
    page = render_template(
        "desk/appointments/day_sheet.html",
        sheet=sheet,
        sought=sought,
        before=_shifted(sheet, -1),
        after=_shifted(sheet, 1),
        printed=printed,
        refused=refusal,
        refusal_text=refusal_text,
        done=request.args.get("done", ""),
        key=lambda: str(uuid.uuid4()),
    )
    return (page, refusal.status) if refusal else page


def export() -> Download:
    """The day as a file for a spreadsheet."""
    day, sought = request.args.get("day", "")[:10], request.args.get("q", "").strip()[:LONGEST]
    sheet = consular().appointments.day_sheet(actor(), day or None, sought or None)
    keys = ("desk.turns.time", "desk.turns.window", "desk.queue.applicant", "desk.queue.reference", "turn.service")
    rows = [
        (row["time"], row["window"], printed(row), row["reference"], t(f"turn.service.{row['service']}").striptags(),
         t(f"desk.turns.state.{row['state']}").striptags() if row["state"] != "booked" else None)
        for row in sheet["rows"]
    ]  # fmt: skip
    return csv_file(f"day-{sheet['day']}", [t(key).striptags() for key in (*keys, "desk.turns.became")], rows)


def _shifted(sheet: DaySheet, days: int) -> str:
    return (date.fromisoformat(sheet["day"]) + timedelta(days=days)).isoformat()


def attend(reference: str) -> Answer:
    """Records that the person came, with the number read from their identity document."""
    return _act(reference, "attend", {"number": request.form.get("number", "").strip()[:LONGEST]})


def miss(reference: str) -> Answer:
    """Records that the person did not come."""
    return _act(reference, "miss", {})


def _act(reference: str, verb: str, body: dict[str, Any]) -> Answer:
    back = request.form.get("back", "")
    try:
        consular().cases.act(actor(), reference, verb, {**body, "key": request.form.get("key", "")})
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        if back == "turns":
            return _page(refusal)
        return case.page(reference, refused=refusal), refusal.status
    if back == "turns":
        return redirect(url_for("desk.turns", day=request.form.get("day") or None, done=verb), 303)
    return redirect(url_for("desk.case", reference=reference, done=verb), 303)
