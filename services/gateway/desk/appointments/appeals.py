"""Absences that people explained: an officer excuses each of them or does not, with words for the applicant."""

import uuid

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.desk.verdicts import pressed
from services.gateway.web.access.roles import DECIDING
from services.gateway.web.current import actor, consular
from services.gateway.web.forms import faults
from services.gateway.web.sent_forms.submission import submit
from shared.errors import Refusal

VERDICTS = ("accept", "refuse")
Answer = Response | str | tuple[str, int]


def show() -> str:
    """Those that wait, oldest first."""
    return _page()


def _page(refusal: Refusal | None = None, about: str = "") -> str:
    return render_template(
        "desk/appointments/appeals.html",
        appeals=consular().appointments.appeals(actor()),
        may=actor().role in DECIDING,
        errors=faults(refusal, prefix="appeal") if refusal else {},
        about=about,
        typed=request.form.get("answer", ""),
        done=request.args.get("done", ""),
        key=str(uuid.uuid4()),
    )


def decide(reference: str) -> Answer:
    """Excuses the absence or does not."""
    body = {"answer": request.form.get("answer", ""), "key": request.form.get("key", "")}
    return submit(
        lambda: consular().cases.act(actor(), reference, "appeal", {"verdict": pressed(*VERDICTS), **body}),
        lambda refusal: _page(refusal, reference),
        url_for("desk.appeals", done=request.form.get("verdict", "")),
    )
