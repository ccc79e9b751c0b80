"""Forgotten passwords: a link by e-mail, or a code from the counter. The answer does not say who has an account."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.factors import recovery_links
from services.gateway.accounts.identity import recover
from services.gateway.accounts.passwords import SHORTEST
from services.gateway.accounts.registration import register
from services.gateway.accounts.throttle import RECOVERY_BY_ADDRESS, RECOVERY_BY_MAILBOX
from services.gateway.web.access.throttling import slow_down, slow_down_network
from services.gateway.web.current import accounts, settings
from services.gateway.web.forms import faults
from services.gateway.web.links.form_pages import wanted_page
from shared.errors import Invalid, Refusal

LONGEST = 254
blueprint = Blueprint("recovery", __name__)


@blueprint.get("/recover")
def ask() -> str:
    """The form, or that a message is on its way if there is such an account."""
    return render_template(
        "pages/account/recovery/recover.html",
        errors={},
        sent="sent" in request.args,
        mailbox=settings().mail.mailbox_url,
        next=wanted_page(),
    )


@blueprint.post("/recover")
def send() -> Response | tuple[str, int]:
    """Asks for a link to the confirmed address, which the worker sends if there is one."""
    slow_down_network(RECOVERY_BY_ADDRESS)
    identifier = request.form.get("identifier", "")[:LONGEST]
    if not identifier.strip():
        refusal = Invalid("required", field="identifier")
        page = render_template(
            "pages/account/recovery/recover.html",
            errors=faults(refusal, prefix="field"),
            sent=False,
            next=wanted_page(),
        )
        return page, refusal.status
    slow_down(RECOVERY_BY_MAILBOX, register.identifier_key(identifier))
    with accounts().scope(None) as session:
        recover.ask(session, settings().secret, identifier, wanted_page())
    return redirect(url_for("recovery.ask", sent=1, next=wanted_page() or None), 303)


@blueprint.get("/recover/code")
def ask_code() -> str:
    """The form for whoever got a code at the counter."""
    return _code_page()


def _code_page(refusal: Refusal | None = None) -> str:
    errors = faults(refusal, prefix="field") if refusal else {}
    return render_template(
        "pages/account/recovery/recover_code.html",
        errors=errors,
        typed=request.form,
        shortest=SHORTEST,
        next=wanted_page(),
    )


@blueprint.post("/recover/code")
def use_code() -> Response | tuple[str, int]:
    """Sets the new password by the code."""
    slow_down_network(RECOVERY_BY_ADDRESS)
    form, is_right = request.form, False
    try:
        with accounts().scope(None) as session:
            identifier, password = form.get("identifier", "")[:LONGEST], form.get("password", "")
            is_right = recover.by_code(session, settings().secret, identifier, form.get("code", ""), password)
    except Invalid as refusal:
        return _code_page(refusal), refusal.status
    # Shown after the commit, so that a wrong try stays counted.
    if not is_right:
        wrong = Invalid("code_wrong", field="code")
        return _code_page(wrong), wrong.status
    return redirect(url_for("sign_in.ask", done="password", next=wanted_page() or None), 303)


@blueprint.get("/recover/<token>")
def ask_password(token: str) -> str:
    """The new password. Opening the page uses nothing up, so that programs which look into e-mails do no harm."""
    return _password_page(token)


def _password_page(token: str, refusal: Refusal | None = None) -> str:
    with accounts().scope(None) as session:
        recovery_links.find(session, token)
    errors = faults(refusal, prefix="field") if refusal else {}
    return render_template(
        "pages/account/recovery/recover_password.html", token=token, errors=errors, shortest=SHORTEST
    )


@blueprint.post("/recover/<token>")
def set_password(token: str) -> Response | tuple[str, int]:
    """Sets it and ends every session; its owner then signs in like everybody, with the second factor."""
    slow_down_network(RECOVERY_BY_ADDRESS)
    try:
        with accounts().scope(None) as session:
            wanted = recover.by_link(session, settings().secret, token, request.form.get("password", ""))
    except Invalid as refusal:
        return _password_page(token, refusal), refusal.status
    return redirect(url_for("sign_in.ask", done="password", next=wanted or None), 303)
