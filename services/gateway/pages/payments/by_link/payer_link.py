"""Paying for somebody else: the applicant makes a link, and whoever has it pays without an account and without the
file."""

from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask import Response as Download
from werkzeug.wrappers import Response

from services.gateway.pages.applications.application_status import money_waits
from services.gateway.pages.apply.draft import load_editable
from services.gateway.pages.payments.card.card_page import check_address
from services.gateway.web.current import consular, settings, visitor
from services.gateway.web.forms import words
from services.gateway.web.presentation import t
from services.gateway.web.security import allow_form_to
from shared.errors import Invalid, NotFound, Refusal, Unavailable
from shared.values.digits import whole_number
from shared.values.person import strip_controls

blueprint = Blueprint("payer_link", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.get("/applications/<reference>/payer-link")
def ask(reference: str) -> Answer:
    """Whether somebody else is to pay, and the link that can still be used."""
    return _page_of_link(reference)


def _page_of_link(reference: str, **more: Any) -> Answer:
    application, entry = load_editable(reference, "pay")
    if money_waits(application):
        return redirect(url_for("pay.choose", reference=reference), 303)
    return render_template(
        "pages/payments/by_link/payer_link.html",
        application=application,
        entry=entry,
        link=consular().payer_links.current(visitor().actor, reference),
        key=token_urlsafe(16),
        **{"address": "", **more},
    )


@blueprint.post("/applications/<reference>/payer-link")
def make(reference: str) -> Answer:
    """Makes the link and shows it, this once."""
    if money_waits(consular().applications.detail(visitor().actor, reference)):
        return redirect(url_for("pay.choose", reference=reference), 303)
    shows, key = request.form.get("shows_service") == "yes", request.form.get("key", "")
    made = consular().payer_links.make(visitor().actor, reference, shows_service=shows, key=key)
    if made["token"] is None:
        return redirect(url_for("payer_link.ask", reference=reference), 303)
    address = settings().public_url + url_for("payer_link.show", token=made["token"])
    return _page_of_link(reference, address=address)


@blueprint.post("/applications/<reference>/payer-link/revoke")
def revoke(reference: str) -> Response:
    """Ends the link."""
    consular().payer_links.revoke(visitor().actor, reference)
    return redirect(url_for("payer_link.ask", reference=reference), 303)


@blueprint.get("/pay/<token>")
def show(token: str) -> str:
    """What is to be paid, for whoever has the link."""
    return _page(token, consular().payer_links.show(token))


@blueprint.get("/pay/<token>/done")
def came_back(token: str) -> str:
    """Return page of the provider: the provider is asked how it ended, after a payer who left has closed it."""
    return _page(token, consular().payer_links.refresh(token, left="left" in request.args), returned=True)


def _page(token: str, link: Any, **more: Any) -> str:
    by_card = settings().takes_cards_in(link["currency"])
    if by_card:
        allow_form_to(settings().provider_page)
    return render_template(
        "pages/payments/by_link/pay_by_link.html",
        token=token,
        link=link,
        by_card=by_card,
        key=token_urlsafe(16),
        **{"errors": {}, "name": "", "returned": False, **more},
    )


@blueprint.post("/pay/<token>")
def pay(token: str) -> Answer:
    """Opens the payment at the provider, for the amount that the page showed."""
    name, amount = strip_controls(request.form.get("name", "")), request.form.get("amount", "")
    body: dict[str, object] = {
        "method": "card",
        "key": request.form.get("key", ""),
        "return_url": settings().public_url + url_for("payer_link.came_back", token=token),
        "amount": whole_number(amount) or 0,
        "currency": request.form.get("currency", ""),
        "name": name,
    }
    try:
        opened = consular().payer_links.open_card(token, body)
    except (NotFound, Unavailable):
        raise
    except Refusal as refusal:
        errors = (
            {"name": words(refusal.errors["name"], label=t("payer_link.name"))}
            if _is_name(refusal)
            else {"": words(refusal.code, **refusal.params)}
        )
        return _page(token, consular().payer_links.show(token), errors=errors, name=name), refusal.status
    address = check_address(opened["redirect_url"])
    allow_form_to(address)
    return redirect(address, 303)


def _is_name(refusal: Refusal) -> bool:
    return isinstance(refusal, Invalid) and "name" in refusal.errors


@blueprint.get("/pay/<token>/receipt.pdf")
def receipt(token: str) -> Response:
    """The receipt, for whoever paid."""
    return Download(consular().payer_links.receipt(token), content_type="application/pdf")
