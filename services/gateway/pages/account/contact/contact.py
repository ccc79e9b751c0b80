"""Confirming the e-mail address of an account that was opened before addresses were confirmed."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.contact import contact
from services.gateway.accounts.contact.emails import fold_email
from services.gateway.accounts.throttle import CODES_BY_ACCOUNT, CONTACT_BY_ACCOUNT, CONTACT_BY_TARGET
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.current import accounts, settings, visitor
from services.gateway.web.forms import faults
from services.gateway.web.links.form_pages import wanted_page
from shared.errors import Invalid, Refusal

blueprint = Blueprint("contact", __name__)


@blueprint.get("/account/contact")
def ask() -> str:
    """The address, and the code that was sent to it."""
    return _page()


def _page(refusal: Refusal | None = None) -> str:
    with accounts().scope(visitor().mission) as session:
        confirmed = contact.is_confirmed(session, visitor())
    return render_template(
        "pages/account/contact/contact.html",
        confirmed=confirmed,
        sent="sent" in request.args or refusal is not None,
        errors=faults(refusal, prefix="field") if refusal else {},
        mailbox=settings().mail.mailbox_url,
        next=wanted_page(),
    )


@blueprint.post("/account/contact")
def send() -> Response:
    """Sends a code to the address."""
    slow_down(CONTACT_BY_ACCOUNT, visitor().account)
    with accounts().scope(visitor().mission) as session:
        contact.send_code(session, settings().secret, visitor())
    return redirect(url_for("contact.ask", sent=1, next=wanted_page() or None), 303)


@blueprint.post("/account/contact/code")
def confirm() -> Response | tuple[str, int]:
    """Confirms the address by the code."""
    slow_down(CODES_BY_ACCOUNT, visitor().account)
    with accounts().scope(visitor().mission) as session:
        is_right = contact.confirm(session, settings().secret, visitor(), request.form.get("code", ""))
    if not is_right:
        refusal = Invalid("code_wrong", field="code")
        return _page(refusal), refusal.status
    return redirect(url_for("identity.ask", next=wanted_page() or None), 303)


@blueprint.get("/account/contact/new")
def ask_change() -> str:
    """The new address."""
    return _change_page()


def _change_page(refusal: Refusal | None = None, sent_to: str = "") -> str:
    return render_template(
        "pages/account/contact/contact_change.html",
        errors=faults(refusal, prefix="field") if refusal else {},
        typed=request.form.get("email", ""),
        sent_to=sent_to,
        mailbox=settings().mail.mailbox_url,
    )


@blueprint.post("/account/contact/new")
def change() -> str | tuple[str, int]:
    """Sends a code to the new address, and asks for it."""
    slow_down(CONTACT_BY_ACCOUNT, visitor().account)
    typed = request.form.get("email", "")
    try:
        slow_down(CONTACT_BY_TARGET, fold_email(typed))
        with accounts().scope(visitor().mission) as session:
            email = contact.begin_change(session, settings().secret, visitor(), typed)
    except Invalid as refusal:
        return _change_page(refusal), refusal.status
    return _change_page(sent_to=email)


@blueprint.post("/account/contact/new/code")
def confirm_change() -> Response | tuple[str, int]:
    """The account has the new address; the old one is told."""
    slow_down(CODES_BY_ACCOUNT, visitor().account)
    email = request.form.get("new_email", "")
    with accounts().scope(visitor().mission) as session:
        is_right = contact.finish_change(session, settings().secret, visitor(), email, request.form.get("code", ""))
    if not is_right:
        refusal = Invalid("code_wrong", field="code")
        return _change_page(refusal, sent_to=email), refusal.status
    return redirect(url_for("account.show", done="contact"), 303)
