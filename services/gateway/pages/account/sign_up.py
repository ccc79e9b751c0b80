"""Opening an account: an e-mail, a password, and the mission that will serve it."""

from collections.abc import Callable, Mapping, Set

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts import register, sessions
from services.gateway.accounts.emails import fold_email
from services.gateway.accounts.passwords import SHORTEST, check_strength
from services.gateway.accounts.throttle import SIGN_UP_BY_ADDRESS
from services.gateway.web import security
from services.gateway.web.current import accounts, consular, settings, visitor_or_none
from services.gateway.web.form_pages import wanted_page
from services.gateway.web.forms import faults, fields
from services.gateway.web.language import chosen
from services.gateway.web.throttling import slow_down_network
from shared.catalogue.model import Question
from shared.errors import Invalid, Refusal

QUESTIONS = (Question("email", max_length=254),)
blueprint = Blueprint("sign_up", __name__)


@blueprint.get("/sign-up")
def ask() -> str | Response:
    """The form. It needs the list of missions; without it the page says that the service is down."""
    return _form() if visitor_or_none() is None else redirect(wanted_page() or url_for("applications.list_own"), 303)


def _form(refusal: Refusal | None = None) -> str:
    errors = faults(refusal, prefix="field") if refusal else {}
    shown = fields(QUESTIONS, request.form, errors, prefix="field")
    chosen_mission = request.form.get("mission", "")
    return render_template(
        "pages/account/sign_up.html",
        fields=shown,
        errors=errors,
        missions=consular().offers.missions(),
        mission=chosen_mission,
        shortest=SHORTEST,
        next=wanted_page(),
    )


@blueprint.post("/sign-up")
def open_account() -> Response | tuple[str, int]:
    """Creates the account, signs in, and leads to the identity page."""
    slow_down_network(SIGN_UP_BY_ADDRESS)
    try:
        _create()
    except Refusal as refusal:
        return _form(refusal), refusal.status
    return redirect(url_for("identity.ask", next=wanted_page() or None), 303)


def _create() -> None:
    form, secret = request.form, settings().secret
    check(form)
    with accounts().scope(None) as session:
        account = register.create(
            session, form.get("email", ""), form.get("password", ""), form["mission"], chosen().code
        )
        security.start_session(sessions.open_session(session, secret, account))


def check(form: Mapping[str, str]) -> None:
    """Raises Invalid with every fault at once, so that nobody corrects one field to learn of the next."""
    email, missions = form.get("email", ""), {one["code"] for one in consular().offers.missions()}
    tests: tuple[Callable[[], object], ...] = (
        lambda: fold_email(email),
        lambda: check_strength(form.get("password", ""), email),
        lambda: _check_mission(form.get("mission", ""), missions),
    )
    errors: dict[str, str] = {}
    params: dict[str, object] = {}
    for test in tests:
        try:
            test()
        except Invalid as wrong:
            errors, params = errors | wrong.errors, params | wrong.params
    if errors:
        raise Invalid("invalid", None, errors, **params)


def _check_mission(code: str, known: Set[str]) -> None:
    if code not in known:
        raise Invalid("choose_mission", field="mission")
