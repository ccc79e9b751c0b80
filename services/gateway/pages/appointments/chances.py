"""An application's ways to a seat: draws, the waiting list, an offer, and whether its holder comes."""

from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.accounts.challenges import ENTER, JOIN
from services.gateway.accounts.throttle import TooMany
from services.gateway.web.access.costly_steps import check_step
from services.gateway.web.current import consular, visitor
from services.gateway.web.forms import faults, fields, read, typed, words
from services.gateway.web.presentation import t
from shared.catalogue.model import Question
from shared.errors import Invalid, NotAllowed, NotFound, Refusal, Unavailable

blueprint = Blueprint("chances", __name__)
Answer = Response | str | tuple[str, int]
LONGEST, MOST = 60, 50
URGENT_REASONS = ("medical", "death_in_family", "residence_ends", "travel", "child")
# Two forms of one page have fields of their own names; the service knows the days of both as first and last.
DAYS = (Question("from_day", kind="date", hijri=False), Question("to_day", kind="date", hijri=False))
FIELD_OF = {"first_day": "from_day", "last_day": "to_day"}
ENTRY = (
    Question("first_day", kind="date", hijri=False),
    Question("last_day", kind="date", hijri=False),
    Question("urgent_reason", kind="choice", choices=URGENT_REASONS, required=False),
)
PREFIX = "chances"
VERBS = {"join": "waiting/join", "leave": "waiting/leave", "coming": "turn/coming", "pass": "turn/release"}


@blueprint.get("/applications/<reference>/chances")
def show(reference: str) -> str:
    """All of them on one page."""
    return _page(reference)


def _page(reference: str, refusal: Refusal | None = None, form: str = "") -> str:
    view = consular().draws.chances(visitor().actor, reference)
    errors: dict[str, Markup] = {}
    if isinstance(refusal, Invalid):
        fault, asked = (_of_list(refusal), DAYS) if form in VERBS else (refusal, ENTRY)
        errors = faults(fault, asked, prefix=PREFIX)
    return render_template(
        "pages/appointments/chances.html",
        chances=view,
        reference=reference,
        errors=errors,
        refused=words(refusal.code, **refusal.params) if refusal and not errors else None,
        wrong_form=form,
        questions=lambda name, questions, first, last: _fields(name, questions, first, last, form, errors),
        entry=ENTRY,
        days=DAYS,
        urgent=[(reason, t(f"chances.urgent_reason.choice.{reason}")) for reason in URGENT_REASONS],
        key=lambda: token_urlsafe(16),
        done=request.args.get("done", ""),
    )


def _of_list(refusal: Invalid) -> Invalid:
    return Invalid(refusal.code, errors={FIELD_OF.get(name, name): code for name, code in refusal.errors.items()})


def _fields(name: str, questions: tuple[Question, ...], first: str, last: str, form: str, errors: Any) -> list[Any]:
    """The fields of one of the page's forms: as they were typed where it was sent, else with the widest days."""
    if form == name:
        return fields(questions, typed(questions, request.form), errors, prefix=PREFIX)
    return fields(questions, {"first_day": first, "last_day": last}, prefix=PREFIX)


@blueprint.post("/applications/<reference>/chances/draws/<code>")
def enter(reference: str, code: str) -> Answer:
    """Takes part in a draw, alone or with the household's other files."""
    together = [reference, *(each[:LONGEST] for each in request.form.getlist("together")[:MOST])]
    try:
        asked = read(ENTRY, request.form)
        body = {
            "key": request.form.get("key", ""),
            "applications": together,
            "first_day": asked["first_day"],
            "last_day": asked["last_day"],
            "on_list": request.form.get("on_list") == "yes",
            "urgent_reason": asked["urgent_reason"] or "",
        }
        check_step(ENTER)
        consular().draws.enter(visitor().actor, code, body)
    except (NotFound, NotAllowed, Unavailable, TooMany):
        raise
    except Refusal as refusal:
        return _page(reference, refusal, code), refusal.status
    return redirect(url_for("chances.show", reference=reference, done="enter"), 303)


@blueprint.post("/applications/<reference>/chances/draws/<code>/leave")
def withdraw(reference: str, code: str) -> Answer:
    """Takes part no longer."""
    intention = request.form.get("intention", "")[:LONGEST]
    try:
        consular().draws.withdraw(visitor().actor, code, request.form.get("key", ""), intention)
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        return _page(reference, refusal), refusal.status
    return redirect(url_for("chances.show", reference=reference, done="left"), 303)


@blueprint.post("/applications/<reference>/chances/<verb>")
def act(reference: str, verb: str) -> Answer:
    """Joins or leaves the waiting list, lets an offer pass, or says that one comes."""
    if verb not in VERBS:
        raise NotFound()
    body: dict[str, Any] = {"key": request.form.get("key", "")}
    try:
        if verb == "join":
            asked = read(DAYS, request.form)
            body |= {name: asked[field] for name, field in FIELD_OF.items()}
            check_step(JOIN)
        consular().draws.act(visitor().actor, reference, VERBS[verb], body)
    except (NotFound, NotAllowed, Unavailable, TooMany):
        raise
    except Refusal as refusal:
        return _page(reference, refusal, verb), refusal.status
    return redirect(url_for("chances.show", reference=reference, done=verb), 303)
