"""Card payments over HTTP, and the notifications that follow them."""

import json
import time
import uuid

from werkzeug.test import TestResponse

from deploy.demo.sandbox.notices import event_about
from services.consular.payments.providers import signature
from shared.identity.actor import Actor
from tests.factories.applications import Counter
from tests.factories.payments import InMemoryProvider

GATEWAY = Actor("service", "gateway", "gateway")
SECRET = "specimen-secret"
RETURN = "http://127.0.0.1:8080/applications/x/paid"


def card(here: Counter, key: str = "", **changes: object) -> TestResponse:
    """The answer to a request for a card page."""
    body = {"method": "card", "key": key or uuid.uuid4().hex, "return_url": RETURN, **changes}
    return here.ask_as_applicant("POST", "/payments", body)


def notify_returned(here: Counter, provider: InMemoryProvider, reference: str) -> TestResponse:
    """The answer to the notification that the bank of the card has sent a refund back."""
    page = provider.books.find(reference)
    assert page is not None
    failed = provider.refunds.send_back(page, "expired_or_canceled_card")
    assert failed is not None
    return _send(here, event_about("refund.failed", provider.writer().refund(failed)))


def notify(here: Counter, provider: InMemoryProvider, reference: str, secret: str = SECRET) -> TestResponse:
    """The answer to the provider's signed notification of how a page ended."""
    page = provider.books.find(reference)
    assert page is not None
    return _send(here, event_about("checkout.session.completed", provider.writer().session(page)), secret)


def _send(here: Counter, event: dict[str, object], secret: str = SECRET) -> TestResponse:
    raw = json.dumps(event).encode()
    header = {signature.HEADER: signature.sign(secret, int(time.time()), raw)}
    return here.client.ask("POST", "/provider/webhook", GATEWAY, data=raw, headers=header)
