"""Where somebody hears of news: by e-mail, by text message, and always in the account itself."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.contact import channels
from services.gateway.accounts.throttle import CODES_BY_ACCOUNT, CONTACT_BY_ACCOUNT, CONTACT_BY_TARGET
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.current import accounts, settings, visitor
from services.gateway.web.forms import faults
from shared.errors import Invalid, Refusal

blueprint = Blueprint("channels", __name__)


@blueprint.get("/account/channels")
def show() -> str:
    """The choices, and the telephone."""
    return _page()


def _page(refusal: Refusal | None = None) -> str:
    with accounts().scope(visitor().mission) as session:
        chosen = channels.read(session, visitor())
    return render_template(
        "pages/account/contact/channels.html",
        chosen=chosen,
        typed=request.form.get("phone", chosen.phone),
        takes_sms=bool(settings().mail.sms),
        errors=faults(refusal, prefix="field") if refusal else {},
        done=request.args.get("done", ""),
        mailbox=settings().mail.mailbox_url,
    )


@blueprint.post("/account/channels")
def choose() -> Response | tuple[str, int]:
    """Keeps the choices."""
    form = request.form
    try:
        with accounts().scope(visitor().mission) as session:
            by_mail, by_sms = form.get("by_mail") == "yes", form.get("by_sms") == "yes"
            # A page that offers no text messages does not end them.
            by_sms = by_sms or (not settings().mail.sms and channels.read(session, visitor()).by_sms)
            channels.choose(session, visitor(), by_mail=by_mail, by_sms=by_sms)
    except Refusal as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("channels.show", done="chosen"), 303)


@blueprint.post("/account/channels/phone")
def send_code() -> Response | tuple[str, int]:
    """Sends a code to the telephone."""
    slow_down(CONTACT_BY_ACCOUNT, visitor().account)
    try:
        phone = channels.read_number(request.form.get("phone", ""))
        slow_down(CONTACT_BY_TARGET, phone)
        with accounts().scope(visitor().mission) as session:
            channels.send_code(session, settings().secret, visitor(), phone)
    except Invalid as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("channels.show", done="sent"), 303)


@blueprint.post("/account/channels/phone/code")
def confirm() -> Response | tuple[str, int]:
    """Confirms the telephone by its code."""
    slow_down(CODES_BY_ACCOUNT, visitor().account)
    with accounts().scope(visitor().mission) as session:
        is_right = channels.confirm(session, settings().secret, visitor(), request.form.get("code", ""))
    if not is_right:
        refusal = Invalid("code_wrong", field="code")
        return _page(refusal), refusal.status
    return redirect(url_for("channels.show", done="confirmed"), 303)
