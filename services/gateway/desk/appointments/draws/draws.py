"""Draws at the desk: announcing one, and judging the urgency that people asked for."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.clients.consular.appointments.draws import DeskDraws
from services.gateway.desk.verdicts import pressed
from services.gateway.desk.wording import refusal_text
from services.gateway.web.access.roles import DECIDING
from services.gateway.web.current import actor, consular
from services.gateway.web.days import now
from services.gateway.web.forms import faults, fields, read, typed
from services.gateway.web.presentation import t
from shared.catalogue.model import Question
from shared.errors import Invalid, NotAllowed, NotFound, Refusal, Unavailable
from shared.values.person import strip_controls

Answer = Response | str | tuple[str, int]
DAYS = ("opens_on", "closes_on", "first_day", "last_day")
QUESTIONS = tuple(Question(name, kind="date", hijri=False) for name in DAYS)
PREFIX, LONGEST = "draw_form", 200
# A draw opens with a day and closes with one; it is drawn at noon of the next. Today's opens in some minutes.
NOON, SOON = time(12), timedelta(minutes=5)
# The service judges the instants; its complaints belong beside the days they were made of.
FIELD_OF = {"opens_at": "opens_on", "closes_at": "closes_on", "draws_at": "closes_on"}


def show() -> str:
    """The mission's draws."""
    return _page()


def _page(refusal: Refusal | None = None, about: str = "") -> str:
    """With what was refused, in the form of a draw or `about` an urgency."""
    view = consular().draws.desk(actor())
    errors = faults(_beside_days(refusal), QUESTIONS, prefix=PREFIX) if isinstance(refusal, Invalid) else {}
    return render_template(
        "desk/appointments/draws/draws.html",
        view=view,
        may=actor().role in DECIDING,
        errors=errors,
        fields=fields(QUESTIONS, typed(QUESTIONS, request.form), errors, prefix=PREFIX),
        about=about,
        typed_service=request.form.get("service", ""),
        typed_evidence=request.form.get("evidence", ""),
        refused=refusal if refusal and not errors else None,
        refusal_text=refusal_text,
        key=lambda: str(uuid.uuid4()),
        done=request.args.get("done", ""),
    )


def _beside_days(refusal: Invalid) -> Invalid:
    return Invalid(refusal.code, errors={FIELD_OF.get(name, name): code for name, code in refusal.errors.items()})


def announce() -> Answer:
    """Announces a draw, for good."""
    try:
        asked = read(QUESTIONS, request.form)
        view = consular().draws.desk(actor())
        if request.form.get("service", "") not in view["services"]:
            raise Invalid("choose", field="service", label=t("draw.service"))
        consular().draws.announce(actor(), _body(view, asked))
    except (NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("desk.draws", done="announce"), 303)


def _body(view: DeskDraws, asked: dict[str, Any]) -> dict[str, Any]:
    zone = ZoneInfo(view["zone"])
    opens_on, closes_on = (date.fromisoformat(asked[name]) for name in ("opens_on", "closes_on"))
    next_day = closes_on + timedelta(days=1)
    today = now().astimezone(zone).date()
    opens_at = now() + SOON if opens_on == today else datetime.combine(opens_on, time(), zone)
    return {
        "key": request.form.get("key", ""),
        "service": request.form.get("service", "")[:LONGEST],
        "first_day": asked["first_day"],
        "last_day": asked["last_day"],
        "opens_at": opens_at.astimezone(UTC).isoformat(),
        "closes_at": datetime.combine(next_day, time(), zone).astimezone(UTC).isoformat(),
        "draws_at": datetime.combine(next_day, NOON, zone).astimezone(UTC).isoformat(),
    }


def judge(code: str) -> Answer:
    """Confirms an urgency with the evidence that was seen, or denies it."""
    evidence = strip_controls(request.form.get("evidence", ""))
    try:
        accepted = pressed("accept", "deny") == "accept"
        body = {"key": request.form.get("key", ""), "accepted": accepted, "evidence": evidence}
        consular().draws.judge(actor(), code, body)
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        return _page(_about_evidence(refusal), code), refusal.status
    return redirect(url_for("desk.draws", done="judge"), 303)


def _about_evidence(refusal: Refusal) -> Refusal:
    """In the words of the one field that the form has."""
    wrong = refusal.errors.get("evidence") if isinstance(refusal, Invalid) else None
    if wrong is None:
        return refusal
    return Invalid("evidence_too_long" if wrong == "too_long" else "evidence_needed", field="evidence")
