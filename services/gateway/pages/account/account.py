"""What somebody can see and change of their own account: mission, password, where they are signed in."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts import devices, sessions
from services.gateway.accounts.passwords import SHORTEST
from services.gateway.accounts.registration import register
from services.gateway.accounts.throttle import PASSWORD_BY_ACCOUNT
from services.gateway.web import security
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.current import accounts, settings, visitor
from services.gateway.web.days import missions
from services.gateway.web.forms import faults
from services.gateway.web.presentation import mission_name
from shared.errors import Conflict, Invalid, Refusal

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
def show() -> str:
    """Everything on one page."""
    return _page()


def _page(refusal: Refusal | None = None, wanted: str = "") -> str:
    with accounts().scope(visitor().mission) as session:
        opened = sessions.open_sessions(session, visitor())
    return render_template(
        "pages/account/account.html",
        sessions=opened,
        missions=missions(),
        wanted=wanted or visitor().mission,
        errors=faults(refusal, prefix="field") if refusal else {},
        shortest=SHORTEST,
        done=request.args.get("done", ""),
    )


def _done(what: str) -> Response:
    return redirect(url_for("account.show", done=what), 303)


@blueprint.post("/account/password")
def change_password() -> Response | tuple[str, int]:
    """A new password ends every other session."""
    slow_down(PASSWORD_BY_ACCOUNT, visitor().account)
    try:
        with accounts().scope(visitor().mission) as session:
            form = request.form
            register.change_password(session, visitor(), form.get("old_password", ""), form.get("password", ""))
            sessions.close_others(session, visitor())
            devices.forget(session, settings().secret, visitor().account, but=security.device_token())
    except Refusal as refusal:
        return _page(refusal), refusal.status
    return _done("password")


@blueprint.post("/account/sessions")
def end_others() -> Response:
    """Signs out everywhere but here."""
    with accounts().scope(visitor().mission) as session:
        sessions.close_others(session, visitor())
    return _done("sessions")


@blueprint.post("/account/sessions/one")
def end_session() -> Response:
    """Signs one other browser out."""
    with accounts().scope(visitor().mission) as session:
        sessions.close_by_id(session, visitor(), request.form.get("session", "")[:64])
    return _done("sessions")


@blueprint.post("/account/mission")
def change_mission() -> Response | tuple[str, int]:
    """Later applications go to another mission; those begun stay where they are."""
    wanted = request.form.get("mission", "")
    if wanted not in {one["code"] for one in missions()}:
        refusal = Invalid("choose_mission", field="mission")
        return _page(refusal), refusal.status
    if (seen := request.form.get("seen", "")) and seen != visitor().mission != wanted:
        conflict = Conflict("mission_changed", mission=mission_name(visitor().mission))
        return _page(conflict, wanted), conflict.status
    with accounts().scope(visitor().mission) as session:
        register.change_mission(session, visitor(), wanted)
    return _done("mission")
