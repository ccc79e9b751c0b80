"""Opening a staff account by a one-time link: whoever follows it chooses the password."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.passwords import SHORTEST
from services.gateway.accounts.registration import first_administrator
from services.gateway.accounts.throttle import SIGN_UP_BY_ADDRESS
from services.gateway.web.access.throttling import slow_down_network
from services.gateway.web.current import accounts
from services.gateway.web.forms import faults
from services.gateway.web.language import chosen
from shared.errors import Invalid

blueprint = Blueprint("invitation", __name__)


@blueprint.get("/invitation/<token>")
def ask(token: str) -> str:
    """The form. Opening it uses nothing up, so that programs which look into e-mails do no harm."""
    return _form(token)


def _form(token: str, refusal: Invalid | None = None) -> str:
    with accounts().scope(None) as session:
        invitation = first_administrator.find(session, token)
        email, role, mission = invitation.email, invitation.role, invitation.home_mission
    return render_template(
        "pages/account/sign_up/invitation.html",
        token=token,
        email=email,
        role=role,
        mission=mission,
        shortest=SHORTEST,
        errors=faults(refusal, prefix="invitation") if refusal else {},
    )


@blueprint.post("/invitation/<token>")
def accept(token: str) -> Response | tuple[str, int]:
    """Opens the account; its owner then signs in like everybody."""
    slow_down_network(SIGN_UP_BY_ADDRESS)
    try:
        with accounts().scope(None) as session:
            names = request.form.get("name_ar", ""), request.form.get("name_latin", "")
            first_administrator.accept(session, token, request.form.get("password", ""), chosen().code, names)
    except Invalid as refusal:
        return _form(token, refusal), refusal.status
    return redirect(url_for("sign_in.ask"), 303)
