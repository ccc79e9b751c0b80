"""Signing in and out: throttled, with one refusal whatever was wrong, and a new session each time."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts import devices, sessions
from services.gateway.accounts.factors import second_step
from services.gateway.accounts.model import NO_ACCOUNT, Account
from services.gateway.accounts.registration import register
from services.gateway.accounts.throttle import (
    SIGN_IN_BY_ACCOUNT,
    SIGN_IN_BY_ACCOUNT_HOURLY,
    SIGN_IN_BY_ADDRESS,
    SIGN_IN_BY_DEVICE,
    SIGN_IN_BY_DEVICE_HOURLY,
)
from services.gateway.web import security
from services.gateway.web.access.throttling import slow_down, slow_down_network
from services.gateway.web.current import accounts, settings, visitor, visitor_or_none
from services.gateway.web.forms import faults, fields
from services.gateway.web.links.form_pages import wanted_page
from services.gateway.web.sign_ins import let_in, start_page, wait_for_factor
from shared.catalogue.model import Question
from shared.errors import Refusal

QUESTIONS = (Question("identifier", max_length=254),)
blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def ask() -> str | Response:
    """The form; redirects a visitor who is signed in already."""
    known = visitor_or_none()
    return _form() if known is None else redirect(_onward(known.role), 303)


def _form(refusal: Refusal | None = None) -> str:
    errors = faults(refusal) if refusal else {}
    shown = fields(QUESTIONS, request.form, errors, prefix="field")
    return render_template(
        "pages/account/sign_in/sign_in.html",
        fields=shown,
        errors=errors,
        next=wanted_page(),
        kept=request.args.get("kept") == "answers",
        done=request.args.get("done", ""),
    )


@blueprint.post("/sign-in")
def enter() -> Response | tuple[str, int]:
    """Opens a session under a new id, or shows the refusal."""
    identifier, password = request.form.get("identifier", "")[:254], request.form.get("password", "")
    _slow_down(identifier)
    try:
        account, is_in = start(identifier, password)
    except Refusal as refusal:
        return _form(refusal), refusal.status
    if is_in:
        return redirect(_onward(account.role), 303)
    return redirect(url_for("second_step.ask", next=wanted_page() or None), 303)


def _slow_down(identifier: str) -> None:
    """Counts the try by the account that is asked for, whatever way its name is typed. Raises TooMany."""
    secret, token = settings().secret, security.device_token()
    with accounts().scope(None) as session:
        account = register.find(session, secret, identifier)
        # A browser is looked for either way, so that the time of the answer does not tell who has an account.
        known = devices.is_known(session, secret, account.id if account else NO_ACCOUNT, token)
    subject = account.id if account else register.identifier_key(identifier)
    if known and token:
        slow_down(SIGN_IN_BY_DEVICE, f"{subject} {token}")
        slow_down(SIGN_IN_BY_DEVICE_HOURLY, f"{subject} {token}")
        return
    slow_down_network(SIGN_IN_BY_ADDRESS)
    slow_down(SIGN_IN_BY_ACCOUNT, subject)
    slow_down(SIGN_IN_BY_ACCOUNT_HOURLY, subject)


def start(identifier: str, password: str) -> tuple[Account, bool]:
    """Whose password it is, and whether they are in: with a second factor that comes first. Raises Refusal."""
    secret, refused, is_in = settings().secret, None, False
    with accounts().scope(None) as session:
        try:
            account = register.sign_in(session, secret, identifier, password)
        except Refusal as refusal:
            refused = refusal  # The refusal's event is to be committed, so it is raised outside.
        else:
            is_in = not second_step.has_factor(session, account.id)
            if is_in:
                let_in(session, account, strong=False)
            else:
                wait_for_factor(session, account)
    if refused is not None:
        raise refused
    return account, is_in


def _onward(role: str) -> str:
    return wanted_page() or url_for(start_page(role))


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Ends this session for good; its cookie opens nothing any more."""
    with accounts().scope(None) as session:
        sessions.close(session, visitor())
    security.end_session()
    answer = redirect(url_for("home.show"), 303)
    # What a page may have kept on this device, with or without its script.
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer
