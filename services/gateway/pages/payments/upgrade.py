"""Upgrading an application to urgent: the difference to pay and the new date, shown before anything is owed."""

from secrets import token_urlsafe

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.clients.consular.applications import Application
from services.gateway.pages.apply.draft import load_editable
from services.gateway.pages.payments.pay import checked
from services.gateway.web.current import consular, settings, visitor
from services.gateway.web.forms import faults
from services.gateway.web.security import allow_form_to
from shared.errors import Refusal
from shared.forms import transaction

blueprint = Blueprint("upgrade", __name__)


@blueprint.get("/applications/<reference>/upgrade")
def show(reference: str) -> str:
    """The price first: the urgent one, what was paid, what is left."""
    application, _ = load_editable(reference, "upgrade")
    return _page(application)


def _page(application: Application, refusal: Refusal | None = None) -> str:
    if settings().takes_cards:
        allow_form_to(settings().provider_url)
    price = consular().payments.upgrade_price(visitor().actor, application["reference"])
    return render_template(
        "pages/payments/upgrade.html",
        application=application,
        entry=transaction(application["transaction"]),
        price=price,
        by_card=settings().takes_cards,
        errors=faults(refusal) if refusal else {},
        key=token_urlsafe(16),
    )


@blueprint.post("/applications/<reference>/upgrade")
def card(reference: str) -> Response | tuple[str, int]:
    """Opens the payment of the difference and sends the browser to the provider."""
    application, _ = load_editable(reference, "upgrade")
    back = settings().public_url + url_for("pay.came_back", reference=reference)
    try:
        opened = consular().payments.open_upgrade_card(visitor().actor, reference, request.form.get("key", ""), back)
        address = checked(opened["redirect_url"])
    except Refusal as refusal:
        return _page(application, refusal), refusal.status
    allow_form_to(address)
    return redirect(address, 303)


@blueprint.post("/applications/<reference>/upgrade/counter")
def counter(reference: str) -> Response | tuple[str, int]:
    """Opens the second debt for the counter; the application stays regular until it is paid there."""
    application, _ = load_editable(reference, "upgrade")
    try:
        consular().payments.open_upgrade_cash(visitor().actor, reference, request.form.get("key", ""))
    except Refusal as refusal:
        return _page(application, refusal), refusal.status
    return redirect(url_for("upgrade.show", reference=reference), 303)
