"""Vouching for somebody: by who was confirmed at a counter, with their own name."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.identity import vouch
from services.gateway.accounts.throttle import VOUCHING_BY_ACCOUNT
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.current import accounts, settings, visitor
from services.gateway.web.forms import faults
from services.gateway.web.presentation import t
from shared.errors import NotAllowed, Refusal

blueprint = Blueprint("vouching", __name__)


@blueprint.get("/identity/vouch")
def ask() -> str:
    """The form, for who may vouch."""
    return _page()


def _page(refusal: Refusal | None = None) -> str:
    with accounts().scope(visitor().mission) as session:
        may = vouch.may_vouch(session, visitor())
    return render_template(
        "pages/account/identity/vouching.html",
        may=may,
        relations=[(one, t(f"vouch.relation.{one}")) for one in vouch.RELATIONS],
        errors=faults(refusal, prefix="field") if refusal else {},
        done=request.args.get("done", ""),
        yearly=vouch.YEARLY,
    )


@blueprint.post("/identity/vouch")
def give() -> Response | tuple[str, int]:
    """Proves the other's account with the visitor's word."""
    slow_down(VOUCHING_BY_ACCOUNT, visitor().account)
    form = request.form
    claim, number, relation = (form.get(name, "") for name in ("claim", "national_number", "relation"))
    try:
        with accounts().scope(visitor().mission) as session:
            vouch.vouch(session, settings().secret, visitor(), claim, number, relation)
    except NotAllowed:
        raise
    except Refusal as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("vouching.ask", done="yes"), 303)
