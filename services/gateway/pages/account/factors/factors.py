"""The second factors of one's own account: the app, the printed codes, the passkeys."""

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.accounts.factors import authenticators, change, passkeys, recovery_codes
from services.gateway.accounts.registration import register
from services.gateway.web import security
from services.gateway.web.current import accounts, settings, visitor
from services.gateway.web.forms import faults
from services.gateway.web.language import chosen
from services.gateway.web.links.form_pages import wanted_page
from services.gateway.web.sign_ins import has_passkey_name, let_in, passkey_site, slow_down_factor
from shared.errors import Conflict, Invalid, Refusal

QR_SCALE, GROUP = 4, 4
blueprint = Blueprint("factors", __name__)


@blueprint.get("/account/security")
def show() -> str:
    """What the account has."""
    return _page()


def _page(refusal: Refusal | None = None) -> str:
    with accounts().scope(None) as session:
        account = visitor().account
        return render_template(
            "pages/account/factors/factors.html",
            has_app=authenticators.exists(session, account),
            codes_left=recovery_codes.left(session, account),
            passkeys=passkeys.of_account(session, account),
            is_needed=visitor().is_staff and not visitor().strong,
            errors=faults(refusal, prefix="field") if refusal else {},
            done=request.args.get("done", ""),
            named=has_passkey_name(request.host),
            site=passkey_site(),
            next=wanted_page(),
        )


@blueprint.get("/account/security/authenticator")
def ask_authenticator() -> str:
    """A new key as a picture and in letters."""
    with accounts().scope(None) as session:
        authenticators.begin(session, settings().secret, visitor().account)
    return _app_page()


def _app_page(refusal: Refusal | None = None) -> str:
    with accounts().scope(None) as session:
        key = authenticators.begun(session, settings().secret, visitor().account)
        key = key or authenticators.begin(session, settings().secret, visitor().account)
    address = authenticators.address(key, visitor().email, chosen().text("layout.name"))
    return render_template(
        "pages/account/factors/authenticator.html",
        picture=_picture(address),
        key=" ".join(key[start : start + GROUP] for start in range(0, len(key), GROUP)),
        errors=faults(refusal, prefix="field") if refusal else {},
        next=wanted_page(),
    )


def _picture(address: str) -> Markup:
    """Made of an address of ours alone: its letters are drawn, not written."""
    code = segno.make(address, error="m")
    return Markup(code.svg_inline(scale=QR_SCALE, svgclass="qr", lineclass=None, light="#fff", omitsize=True))  # noqa: S704


@blueprint.post("/account/security/authenticator")
def add_authenticator() -> str | tuple[str, int]:
    """The app counts from now on. Its printed codes are shown once, on this page."""
    slow_down_factor(visitor().account)
    try:
        with accounts().scope(visitor().mission) as session:
            typed = request.form.get("factor_code", "")
            codes = change.add_authenticator(session, settings().secret, visitor(), typed)
            let_in(session, register.of_visitor(session, visitor()), strong=True, is_new=True)
    except Refusal as refusal:
        return _app_page(refusal), refusal.status
    return _codes_page(codes)


def _codes_page(codes: list[str]) -> str:
    return render_template("pages/account/factors/recovery_codes.html", codes=codes, next=wanted_page())


@blueprint.post("/account/security/authenticator/remove")
def remove_authenticator() -> Response | tuple[str, int]:
    """Removes the app and its printed codes."""
    try:
        with accounts().scope(visitor().mission) as session:
            change.remove_authenticator(session, visitor())
    except Conflict as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("factors.show", done="removed"), 303)


@blueprint.post("/account/security/codes")
def make_codes() -> str | tuple[str, int]:
    """New printed codes, shown once."""
    try:
        with accounts().scope(visitor().mission) as session:
            codes = change.make_codes(session, settings().secret, visitor())
    except Conflict as refusal:
        return _page(refusal), refusal.status
    return _codes_page(codes)


@blueprint.get("/account/security/passkey")
def ask_passkey() -> str:
    """The name of a new passkey, and the button that makes it."""
    return _passkey_page()


def _passkey_page(refusal: Refusal | None = None) -> str:
    with accounts().scope(None) as session:
        account = register.of_visitor(session, visitor())
        options = passkeys.creation_options(
            session, settings().secret, security.browser_token(), account, passkey_site()
        )
    return render_template(
        "pages/account/factors/passkey_new.html",
        options=options,
        errors=faults(refusal, prefix="field") if refusal else {},
        typed=request.form,
        longest=passkeys.LONGEST_NAME,
        next=wanted_page(),
        named=has_passkey_name(request.host),
        site=passkey_site(),
    )


@blueprint.post("/account/security/passkey")
def add_passkey() -> Response | tuple[str, int]:
    """Keeps the passkey that the device made."""
    form, refused = request.form, None
    with accounts().scope(visitor().mission) as session:
        try:
            change.add_passkey(
                session,
                settings().secret,
                security.browser_token(),
                visitor(),
                passkey_site(),
                form.get("credential", ""),
                form.get("name", ""),
            )
            let_in(session, register.of_visitor(session, visitor()), strong=True, is_new=True)
        except Invalid as refusal:
            refused = refusal
    # Shown after the commit, so that the challenge stays used.
    if refused is not None:
        return _passkey_page(refused), refused.status
    return redirect(url_for("factors.show", done="passkey", next=wanted_page() or None), 303)


@blueprint.post("/account/security/passkey/remove")
def remove_passkey() -> Response | tuple[str, int]:
    """Removes one passkey."""
    try:
        with accounts().scope(visitor().mission) as session:
            change.remove_passkey(session, visitor(), request.form.get("passkey", "")[:1024])
    except Conflict as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("factors.show", done="removed"), 303)
