"""Signing in by a passkey; whoever is signed in already proves by it to be there."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts import sessions
from services.gateway.accounts.factors import passkeys
from services.gateway.accounts.throttle import PASSKEY_BY_ADDRESS
from services.gateway.web import security
from services.gateway.web.access.throttling import slow_down_network
from services.gateway.web.current import accounts, settings, visitor_or_none
from services.gateway.web.forms import faults
from services.gateway.web.links.form_pages import wanted_page
from services.gateway.web.sign_ins import has_passkey_name, let_in, passkey_site, start_page
from shared.errors import Invalid, Refusal

blueprint = Blueprint("passkey", __name__)


@blueprint.get("/sign-in/passkey")
def ask() -> str:
    """The button, and what the device has to sign."""
    return _page()


def _page(refusal: Refusal | None = None) -> str:
    with accounts().scope(None) as session:
        options = passkeys.request_options(session, settings().secret, security.browser_token(), passkey_site())
    return render_template(
        "pages/account/sign_in/passkey.html",
        options=options,
        errors=faults(refusal, prefix="field") if refusal else {},
        next=wanted_page(),
        named=has_passkey_name(request.host),
        site=passkey_site(),
    )


@blueprint.post("/sign-in/passkey")
def enter() -> Response | tuple[str, int]:
    """Opens a session, or renews the proof of the one that is open."""
    slow_down_network(PASSKEY_BY_ADDRESS)
    secret, browser, known, role = settings().secret, security.browser_token(), visitor_or_none(), ""
    with accounts().scope(None) as session:
        account = passkeys.use(session, secret, browser, passkey_site(), request.form.get("credential", ""))
        if account is not None and known is not None and known.account == account.id and known.strong:
            sessions.prove(session, known)
        elif account is not None:
            let_in(session, account, strong=True)
        role = account.role if account else ""
    # Shown after the commit, so that the challenge stays used.
    if not role:
        refusal = Invalid("passkey_wrong", field="credential")
        return _page(refusal), refusal.status
    return redirect(wanted_page() or url_for(start_page(role)), 303)
