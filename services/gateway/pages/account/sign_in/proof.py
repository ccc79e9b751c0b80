"""Whoever is signed in proves again to be there, before what matters most is changed."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts import sessions
from services.gateway.accounts.factors import authenticators, passkeys, second_step
from services.gateway.accounts.registration import register
from services.gateway.accounts.throttle import PASSWORD_BY_ACCOUNT
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.current import accounts, settings, visitor
from services.gateway.web.forms import faults
from services.gateway.web.links.form_pages import wanted_page
from services.gateway.web.sign_ins import slow_down_factor
from shared.errors import Invalid, Refusal

blueprint = Blueprint("proof", __name__)


@blueprint.get("/account/proof")
def ask() -> str:
    """The password, and what the second step of signing in asks for where the account has a second factor."""
    return _page()


def _page(refusal: Refusal | None = None) -> str:
    with accounts().scope(None) as session:
        account = visitor().account
        has_factor, specimen = second_step.has_factor(session, account), authenticators.is_specimen(session, account)
        has_passkey = bool(passkeys.of_account(session, account))
    return render_template(
        "pages/account/sign_in/proof.html",
        errors=faults(refusal, prefix="field") if refusal else {},
        next=wanted_page(),
        has_factor=has_factor,
        has_passkey=has_passkey,
        specimen_code=authenticators.SPECIMEN_CODE if settings().specimen and specimen else "",
    )


@blueprint.post("/account/proof")
def prove() -> Response | tuple[str, int]:
    """Goes on with the page that was wanted."""
    slow_down(PASSWORD_BY_ACCOUNT, visitor().account)
    with accounts().scope(None) as session:
        refusal = _fault(session)
        if refusal is None:
            sessions.prove(session, visitor())
    # Shown after the commit, so that a printed code stays used.
    if refusal is not None:
        return _page(refusal), refusal.status
    return redirect(wanted_page() or url_for("account.show"), 303)


def _fault(session: Any) -> Invalid | None:
    account = register.of_visitor(session, visitor())
    if not register.has_password(account, request.form.get("old_password", "")):
        return Invalid("password_wrong", field="old_password")
    if not second_step.has_factor(session, account.id):
        return None
    slow_down_factor(account.id)
    typed = request.form.get("factor_code", "")
    if second_step.use_code(session, settings().secret, account, typed, specimen=settings().specimen):
        return None
    return Invalid("factor_wrong", field="factor_code")
