"""Whose an account is: declared by what stands in the register, then proven, or doubted."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.identity import contests, letters, summary
from services.gateway.accounts.identity.declare import Declaration, declare
from services.gateway.accounts.identity.prove import by_code
from services.gateway.accounts.levels import Level
from services.gateway.accounts.throttle import (
    CODES_BY_ACCOUNT,
    IDENTITY_BY_ACCOUNT,
    IDENTITY_BY_ADDRESS,
    IDENTITY_BY_PERSON,
)
from services.gateway.clients.names import NameParts
from services.gateway.web.access.throttling import slow_down, slow_down_network
from services.gateway.web.current import accounts, civil_registry, settings, visitor
from services.gateway.web.forms import faults, fields, read, typed
from services.gateway.web.links.form_pages import wanted_page
from shared.catalogue.model import Question
from shared.errors import Conflict, Refusal

NAMES = ("given_name", "father_name", "family_name", "mother_name")
# Of foundlings, old entries and people of one name the register has fewer.
MAY_BE_MISSING = NAMES[1:]
QUESTIONS = (
    Question("national_number", kind="national_number"),
    *(Question(name, kind="name", max_length=60, unrecorded=name in MAY_BE_MISSING) for name in NAMES),
    Question("born", kind="past_date"),
)
blueprint = Blueprint("identity", __name__)


@blueprint.get("/identity")
def ask() -> str:
    """The questions of a declaration, or how things stand after it."""
    if visitor().level is Level.CONTACT or (visitor().level is Level.DECLARED and "again" in request.args):
        return _form()
    return _summary_page()


def _form(refusal: Refusal | None = None) -> str:
    errors = faults(refusal, QUESTIONS, prefix="field") if refusal else {}
    shown = fields(QUESTIONS, typed(QUESTIONS, request.form), errors, prefix="field")
    return render_template("pages/account/identity/identity.html", fields=shown, errors=errors, next=wanted_page())


def _summary_page(refusal: Refusal | None = None) -> str:
    with accounts().scope(visitor().mission) as session:
        shown = summary.read(session, visitor())
    return render_template(
        "pages/account/identity/identity_summary.html",
        summary=shown,
        errors=faults(refusal, prefix="field") if refusal else {},
        done=request.args.get("done", ""),
        next=wanted_page(),
    )


@blueprint.post("/identity")
def declare_person() -> Response | tuple[str, int]:
    """Asks the register and notes the declaration; a mismatch names no field. Tries are counted per person as well."""
    try:
        answers = read(QUESTIONS, request.form)
        slow_down(IDENTITY_BY_ACCOUNT, visitor().account)
        slow_down_network(IDENTITY_BY_ADDRESS)
        slow_down(IDENTITY_BY_PERSON, answers["national_number"])
        person = civil_registry().confirm_identity(visitor().actor, answers)
    except Refusal as refusal:
        return _form(refusal), refusal.status
    names = person["name"]
    declared = Declaration(person["person"], answers["national_number"], _full(names["ar"]), _full(names["latin"]))
    with accounts().scope(visitor().mission) as session:
        declare(session, settings().secret, visitor(), declared)
    return redirect(wanted_page() or url_for("identity.ask", done="declared"), 303)


def _full(name: NameParts) -> str:
    return " ".join(filter(None, (name["given"], name["father"], name["family"])))


@blueprint.post("/identity/code")
def prove() -> Response | tuple[str, int]:
    """Ties the person by a code that was given at the counter or came by post."""
    slow_down(CODES_BY_ACCOUNT, visitor().account)
    with accounts().scope(visitor().mission) as session:
        refusal = by_code(session, settings().secret, visitor(), request.form.get("code", ""))
    # Shown after the commit, so that a wrong try stays counted and a contested person stays frozen.
    if refusal is None or refusal.code == "identity_contested":
        return redirect(_after_code(is_proven=refusal is None), 303)
    return _summary_page(refusal), refusal.status


def _after_code(*, is_proven: bool) -> str:
    """The page that was wanted, once the account may open it."""
    if not is_proven:
        return url_for("identity.ask", done="")
    return wanted_page() or url_for("identity.ask", done="proven")


@blueprint.post("/identity/report")
def report() -> Response:
    """Says that somebody else uses one's identity. What is answered does not depend on whether anybody does."""
    with accounts().scope(visitor().mission) as session:
        contests.report(session, visitor())
    return redirect(url_for("identity.ask", done="reported", next=wanted_page() or None), 303)


@blueprint.post("/identity/letter")
def request_letter() -> Response | tuple[str, int]:
    """Asks for a code by post, which goes to the address that the mission has of the person."""
    try:
        with accounts().scope(visitor().mission) as session:
            letters.request(session, visitor())
    except Conflict as refusal:
        return _summary_page(refusal), refusal.status
    return redirect(url_for("identity.ask", done="letter", next=wanted_page() or None), 303)
