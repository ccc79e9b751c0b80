"""Upgrading an application to urgent: the difference to pay and the new date, shown before anything is owed."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.clients.consular.applications.applications import Application
from services.gateway.pages.apply.draft import load_editable
from services.gateway.pages.payments.card.card_page import form_context, send_to_provider
from services.gateway.web.current import consular, visitor
from shared.errors import Refusal
from shared.forms import transaction

blueprint = Blueprint("upgrade", __name__)


@blueprint.get("/applications/<reference>/upgrade")
def show(reference: str) -> str:
    """The price first: the urgent one, what was paid, what is left."""
    application, _ = load_editable(reference, "upgrade")
    return _page(application)


def _page(application: Application, refusal: Refusal | None = None) -> str:
    price = consular().payments.upgrade_price(visitor().actor, application["reference"])
    return render_template(
        "pages/payments/upgrade.html",
        application=application,
        entry=transaction(application["transaction"]),
        price=price,
        **form_context(refusal, price["difference"]["currency"]),
    )


@blueprint.post("/applications/<reference>/upgrade")
def card(reference: str) -> Response | tuple[str, int]:
    """Opens the payment of the difference at the provider."""
    application, _ = load_editable(reference, "upgrade")
    try:
        return send_to_provider(reference, consular().payments.open_upgrade_card)
    except Refusal as refusal:
        return _page(application, refusal), refusal.status


@blueprint.post("/applications/<reference>/upgrade/counter")
def counter(reference: str) -> Response | tuple[str, int]:
    """Opens the second debt for the counter; the application stays regular until it is paid there."""
    application, _ = load_editable(reference, "upgrade")
    try:
        consular().payments.open_upgrade_cash(visitor().actor, reference, request.form.get("key", ""))
    except Refusal as refusal:
        return _page(application, refusal), refusal.status
    return redirect(url_for("upgrade.show", reference=reference), 303)
