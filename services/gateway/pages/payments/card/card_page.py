"""The way to the card provider's page: the same for a fee and for the difference of an upgrade."""

from collections.abc import Callable
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from services.gateway.clients.consular.money.payments import CardPage
from services.gateway.web.current import settings, visitor
from services.gateway.web.forms import faults
from services.gateway.web.security import allow_form_to
from shared.errors import Refusal, Unavailable
from shared.identity.actor import Actor

OpenCard = Callable[[Actor, str, str, str], CardPage]


def form_context(refusal: Refusal | None, currency: str | None) -> dict[str, Any]:
    """What the form of a payment needs: whether a card is charged in this currency (None: nothing to pay is known), the
    key of the request, what was refused."""
    by_card = currency is not None and settings().takes_cards_in(currency)
    if by_card:
        allow_form_to(settings().provider_page)
    return {
        "by_card": by_card,
        "merchant": _merchant(),
        "errors": faults(refusal) if refusal else {},
        "key": token_urlsafe(16),
    }


def _merchant() -> dict[str, str] | None:
    """Who takes the money, through whom, and where the terms are; None where the demo names nobody."""
    config = settings()
    if not (config.merchant and config.provider_name and config.terms_url):
        return None
    return {"name": config.merchant, "provider": config.provider_name, "terms": config.terms_url}


def send_to_provider(reference: str, open_card: OpenCard) -> Response:
    """Opens the payment and sends the browser to the provider. The key makes a second press the same payment.

    Raises Refusal.
    """
    back = settings().public_url + url_for("pay.came_back", reference=reference)
    opened = open_card(visitor().actor, reference, request.form.get("key", ""), back)
    address = check_address(opened["redirect_url"])
    allow_form_to(address)
    return redirect(address, 303)


def check_address(address: str) -> str:
    """The address, if it is the provider's. Raises Unavailable for any other: money never follows a stray link."""
    sent, provider = urlsplit(address), urlsplit(settings().provider_page)
    if (sent.scheme, sent.netloc) != (provider.scheme, provider.netloc):
        raise Unavailable("provider_down")
    return address
