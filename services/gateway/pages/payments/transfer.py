"""Paying by bank transfer: the mission's account, the amount, and the reference to write."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from services.gateway.pages.applications.application_status import money_waits
from services.gateway.pages.apply.draft import load_editable
from services.gateway.pages.payments.pay import page
from services.gateway.web.current import consular, visitor
from services.gateway.web.whom import note_whom
from shared.errors import Conflict, NotFound, Refusal, Unavailable

blueprint = Blueprint("transfer", __name__)
ADDRESS = "/applications/<reference>/pay/transfer"


@blueprint.post(ADDRESS)
def choose(reference: str) -> Response | tuple[str, int]:
    """Chooses payment by bank transfer. An expired price is calculated again and shown before the money is sent."""
    application, entry = load_editable(reference, "pay")
    try:
        consular().payments.choose_transfer(visitor().actor, reference)
    except (NotFound, Unavailable):
        raise
    except Conflict as conflict:
        return page(*load_editable(reference, "pay"), conflict), conflict.status
    except Refusal as refusal:
        return page(application, entry, refusal), refusal.status
    return redirect(url_for("transfer.show", reference=reference), 303)


@blueprint.get(ADDRESS)
def show(reference: str) -> str | Response:
    """What to type at the bank; in parts, what has come and what is left. While money is held, that nothing is owed."""
    application = consular().applications.detail(visitor().actor, reference)
    note_whom(application)
    if money_waits(application):
        return redirect(url_for("pay.choose", reference=reference), 303)
    return render_template(
        "pages/payments/transfer.html",
        application=application,
        terms=consular().payments.transfer_terms(visitor().actor, reference),
    )
