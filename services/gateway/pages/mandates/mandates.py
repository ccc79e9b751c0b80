"""Mandates of an account: granted, received, and deeds handed in to be checked."""

from base64 import b64encode
from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.accounts.throttle import MANDATES_BY_ACCOUNT
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.content.offices import offices_in_syria
from services.gateway.web.current import civil_registry, consular, visitor
from services.gateway.web.forms import Field, faults, fields, read, typed
from services.gateway.web.presentation import country_of, date, scope_name
from shared.catalogue import TRANSACTIONS
from shared.catalogue.model import AGENT, Question
from shared.catalogue.scopes import available_scopes
from shared.errors import Invalid, NotFound, Refusal, TooLarge, Unavailable
from shared.identity.representation import PURPOSE

GRANT = (
    Question("agent_number", kind="national_number"),
    Question("agent_given", kind="name", max_length=60),
    Question("until", kind="date"),
)
POWER, GUARDIANSHIP, KIN_GUARDIANSHIP = "power_of_attorney", "guardianship", "kin_guardianship"
ISSUED = (
    Question("principal_number", kind="national_number"),
    Question("principal_given", kind="name", max_length=60),
    Question("issued_on", kind="past_date"),
)
PAPERS = {
    POWER: (*ISSUED, Question("until", kind="date")),
    GUARDIANSHIP: ISSUED,
    KIN_GUARDIANSHIP: (*ISSUED, Question("absence", kind="choice", choices=("dead", "away"))),
}
VERBS = frozenset({"accept", "decline", "end"})
PREFIX = "mandate"
SCAN_BYTES = 6 * 1024 * 1024
blueprint = Blueprint("mandates", __name__)


def _me() -> str:
    return civil_registry().state(visitor().actor, PURPOSE)["statement"]


@blueprint.get("/account/mandates")
def show() -> str:
    """All mandates, those that wait for an answer first."""
    return _page()


def _page(refusal: Refusal | None = None) -> str:
    every = consular().mandates.list_own(visitor().actor, _me())
    return render_template(
        "pages/mandates/mandates.html",
        offered=[one for one in every if one["side"] == "offered" and one["state"] == "offered"],
        held=[one for one in every if one["side"] == "agent"],
        offices=offices_in_syria(),
        given=[one for one in every if one["side"] == "principal"],
        scope_name=scope_name,
        errors=faults(refusal) if refusal else {},
        done=request.args.get("done", ""),
        key=token_urlsafe(16),
    )


@blueprint.post("/account/mandates/<reference>/<verb>")
def settle(reference: str, verb: str) -> Response | tuple[str, int]:
    """Accepts, declines or ends one."""
    if verb not in VERBS:
        raise NotFound()
    body = {"key": request.form.get("key", ""), "statement": _me()}
    try:
        consular().mandates.settle(visitor().actor, reference, verb, body)
    except (NotFound, Unavailable):
        raise
    except Refusal as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("mandates.show", done=verb), 303)


@blueprint.get("/account/mandates/new")
def ask() -> str:
    """To whom, for what, until when."""
    return _form("pages/mandates/new.html", GRANT, at=_office(request.args.get("at", "")))


def _office(code: str) -> str:
    """The code of an office inside Syria at which a mandate shall be good; empty for one's own mission."""
    return code if code in {one["code"] for one in offices_in_syria()} else ""


def _form(template: str, questions: tuple[Question, ...], refusal: Refusal | None = None, **more: object) -> str:
    errors = _errors(refusal, questions) if refusal else {}
    shown: list[Field] = fields(questions, typed(questions, request.form), errors, prefix=PREFIX)
    return render_template(
        template,
        fields=shown,
        scopes=[(scope, scope_name(scope)) for scope in available_scopes(TRANSACTIONS, AGENT, _country(more))],
        chosen=request.form.getlist("scope"),
        errors=errors,
        key=request.form.get("key") or token_urlsafe(16),
        **more,
    )


def _country(more: Mapping[str, object]) -> str:
    return country_of(str(more.get("at") or "") or visitor().mission)


def _errors(refusal: Refusal, questions: tuple[Question, ...]) -> dict[str, Markup]:
    """The longest end comes as a day in figures; people read it in words."""
    if "latest" in refusal.params:
        refusal.params["latest"] = date(str(refusal.params["latest"]))
    return faults(refusal, questions, prefix=PREFIX)


@blueprint.post("/account/mandates/new")
def grant() -> Response | tuple[str, int]:
    """Offers it. The answer is the same whether such an account exists or not."""
    slow_down(MANDATES_BY_ACCOUNT, visitor().account)
    wanted = request.form.get("at", "")
    at = _office(wanted)
    try:
        if wanted != at:
            raise Refusal("mandate_office_closed")
        body = _read(GRANT)
        consular().mandates.grant(visitor().actor, {**body, "mission": at or None})
    except Unavailable:
        raise
    except Refusal as refusal:
        return _form("pages/mandates/new.html", GRANT, refusal, at=at), refusal.status
    return redirect(url_for("mandates.show", done="granted"), 303)


def _read(questions: tuple[Question, ...], *, scoped: bool = True) -> dict[str, Any]:
    """The answers with what goes along. Raises Invalid for all that is wrong at once, a missing scope too."""
    scope = request.form.getlist("scope")
    errors: dict[str, str] = {}
    answers: dict[str, Any] = {}
    try:
        answers = read(questions, request.form)
    except Invalid as wrong:
        errors |= wrong.errors
    if scoped and not scope:
        errors["scope"] = "mandate_scope_needed"
    if errors:
        raise Invalid("invalid", errors=errors)
    return {**answers, "scope": scope, "key": request.form.get("key", ""), "statement": _me()}


@blueprint.get("/account/mandates/paper/<sort>")
def ask_deed(sort: str) -> str:
    """The form for a deed: principal, date, scan."""
    return _form("pages/mandates/deed.html", _questions(sort), kind=sort)


def _questions(sort: str) -> tuple[Question, ...]:
    if sort not in PAPERS:
        raise NotFound()
    return PAPERS[sort]


@blueprint.post("/account/mandates/paper/<sort>")
def hand_in(sort: str) -> Response | tuple[str, int]:
    """Submits the deed to the officers of the mission."""
    questions = _questions(sort)
    slow_down(MANDATES_BY_ACCOUNT, visitor().account)
    sent = request.files.get("scan")
    try:
        body = _read(questions, scoped=sort == POWER)
        scan = sent.read() if sent else b""
        if len(scan) > SCAN_BYTES:
            raise TooLarge("scan_too_large", field="scan")
        deed = {"scan": b64encode(scan).decode(), "kind": sort}
        consular().mandates.submit_deed(visitor().actor, {**body, **deed})
    except Unavailable:
        raise
    except Refusal as refusal:
        return _form("pages/mandates/deed.html", questions, refusal, kind=sort), refusal.status
    return redirect(url_for("mandates.show", done="handed_in"), 303)
