"""Opening an account: an e-mail, a password, the mission that will serve it, and the code that came by e-mail."""

from collections.abc import Callable, Mapping, Set

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.contact.emails import fold_email
from services.gateway.accounts.passwords import SHORTEST, check_strength
from services.gateway.accounts.registration import sign_ups
from services.gateway.accounts.throttle import (
    SIGN_UP_BY_ADDRESS,
    SIGN_UP_BY_MAILBOX,
    SIGN_UP_CODES_BY_ADDRESS,
    TooMany,
)
from services.gateway.web import security
from services.gateway.web.access.throttling import slow_down, slow_down_network
from services.gateway.web.current import accounts, consular, settings, visitor_or_none
from services.gateway.web.forms import faults, fields
from services.gateway.web.language import chosen
from services.gateway.web.links.form_pages import wanted_page
from services.gateway.web.sign_ins import let_in
from shared.catalogue.model import Question
from shared.errors import Invalid, Refusal

QUESTIONS = (Question("email", max_length=254),)
blueprint = Blueprint("sign_up", __name__)


@blueprint.get("/sign-up")
def ask() -> str | Response:
    """The form. It needs the list of missions; without it the page says that the service is down."""
    return _form() if visitor_or_none() is None else redirect(_onward(), 303)


def _onward() -> str:
    return wanted_page() or url_for("applications.list_own")


def _form(refusal: Refusal | None = None) -> str:
    errors = faults(refusal, prefix="field") if refusal else {}
    shown = fields(QUESTIONS, request.form, errors, prefix="field")
    chosen_mission = request.form.get("mission", "")
    return render_template(
        "pages/account/sign_up/sign_up.html",
        fields=shown,
        errors=errors,
        missions=consular().offers.missions(),
        mission=chosen_mission,
        shortest=SHORTEST,
        next=wanted_page(),
    )


@blueprint.post("/sign-up")
def begin() -> Response | tuple[str, int]:
    """Writes to the address and asks for the code. What is answered does not depend on whether the address is known."""
    slow_down_network(SIGN_UP_BY_ADDRESS)
    try:
        _begin()
    except TooMany:
        raise
    except Refusal as refusal:
        return _form(refusal), refusal.status
    return redirect(url_for("sign_up.ask_code", next=wanted_page() or None), 303)


def _begin() -> None:
    form, secret = request.form, settings().secret
    check(form)
    slow_down(SIGN_UP_BY_MAILBOX, fold_email(form.get("email", "")))
    with accounts().scope(None) as session:
        email, password = form.get("email", ""), form.get("password", "")
        sign_ups.begin(session, secret, security.browser_token(), email, password, form["mission"], chosen().code)


@blueprint.get("/sign-up/code")
def ask_code() -> str | Response:
    """Asks for the code of the e-mail."""
    return _code_form() if visitor_or_none() is None else redirect(_onward(), 303)


def _code_form(refusal: Refusal | None = None) -> str:
    return render_template(
        "pages/account/sign_up/sign_up_code.html",
        errors=faults(refusal, prefix="field") if refusal else {},
        mailbox=settings().mail.mailbox_url,
        next=wanted_page(),
    )


@blueprint.post("/sign-up/code")
def open_account() -> Response | tuple[str, int]:
    """Opens the account, signs in, and leads to the identity page."""
    slow_down_network(SIGN_UP_CODES_BY_ADDRESS)
    secret = settings().secret
    with accounts().scope(None) as session:
        account = sign_ups.finish(session, secret, security.browser_token(), request.form.get("code", ""))
        if account is not None:
            let_in(session, account, strong=False, is_new=True)
    # Shown after the commit, so that a wrong try stays counted.
    if account is None:
        refusal = Invalid("code_wrong", field="code")
        return _code_form(refusal), refusal.status
    return redirect(url_for("identity.ask", next=wanted_page() or None), 303)


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
