"""What the adapter sends, and which answers leave the outcome unknown."""

import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import stripe

from services.consular.payments.providers.exchange import Line
from services.consular.payments.providers.rules import Answer, OutcomeUnknown, ProviderStatus
from services.consular.payments.providers.stripe.checkout import StripeProvider, left_url
from services.consular.payments.providers.stripe.client import MAX_ANSWER_BYTES
from shared.errors import Refusal, Unavailable
from shared.values.money import Money
from tests.factories.payments import attempt_reference
from tests.factories.refusals import refuses

SESSION = (
    b'{"id": "cs_1", "object": "checkout.session", "status": "open", "payment_status": "unpaid", "url": "https://p/1"}'
)
OPENED = Answer(ProviderStatus.OPEN, "cs_1", url="https://p/1")
ERROR = b'{"error": {"type": "invalid_request_error", "message": "no"}}'
RIYALS = Money(75_000, "SAR")
KNOWN = attempt_reference("RUH-P1", "cs_1")


def test_whoever_takes_no_cards_never_loads_the_client() -> None:
    program = (
        "import sys; from services.consular.payments.providers.selection import StripeProvider;"
        " StripeProvider('https://provider.test', 'sk_test_1'); sys.exit('stripe' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


class Recorded:
    """The requests that the adapter made; each is answered alike."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str, dict[str, Any]]] = []
        self.status, self.content = 200, SESSION

    def ask(self, _line: Line, method: str, path: str, **content: Any) -> tuple[int, bytes]:
        self.made.append((method, path, content))
        return self.status, self.content


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    recorded = Recorded()
    monkeypatch.setattr(Line, "ask", lambda line, method, path, **more: recorded.ask(line, method, path, **more))
    return recorded


@pytest.fixture
def provider() -> StripeProvider:
    return StripeProvider("https://provider.test/", "sk_test_1")


def test_a_page_is_asked_for_with_its_reference_as_the_key(sent: Recorded, provider: StripeProvider) -> None:
    assert provider.open_page("RUH-P1", RIYALS, "https://mahjar.test/back") == OPENED
    ((method, path, content),) = sent.made
    assert (method, path) == ("POST", "/v1/checkout/sessions")
    assert {name: value for (name, (value,)) in parse_qs(content["data"]).items()} == {
        "mode": "payment",
        "payment_method_types[0]": "card",
        "client_reference_id": "RUH-P1",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "sar",
        "line_items[0][price_data][unit_amount]": "75000",
        "line_items[0][price_data][product_data][name]": "RUH-P1",
        "adaptive_pricing[enabled]": "false",
        "payment_intent_data[description]": "RUH-P1",
        "payment_intent_data[metadata][mahjar_attempt]": "RUH-P1",
        "metadata[mahjar_attempt]": "RUH-P1",
        "success_url": "https://mahjar.test/back",
        "cancel_url": "https://mahjar.test/back?left=1",
    }
    headers = content["headers"]
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer sk_test_1", "RUH-P1")


def test_nothing_about_this_machine_is_told(sent: Recorded, provider: StripeProvider) -> None:
    provider.query_status(KNOWN)
    provider.query_status(KNOWN)
    assert stripe.enable_telemetry is False
    for _, _, content in sent.made:
        assert content["headers"].keys() == {"Authorization", "Stripe-Version", "User-Agent"}


def test_an_attempt_is_asked_for_by_what_the_provider_calls_it(sent: Recorded, provider: StripeProvider) -> None:
    assert provider.query_status(KNOWN) == OPENED
    ((method, address, _),) = sent.made
    assert (method, urlsplit(address).path) == ("GET", "/v1/checkout/sessions/cs_1")


def test_an_attempt_whose_answer_was_lost_is_looked_for_among_those_of_its_time(
    sent: Recorded, provider: StripeProvider
) -> None:
    attempt = attempt_reference("RUH-P1")
    row = SESSION[:-1] + b', "client_reference_id": "RUH-P1"}'
    sent.content = b'{"object": "list", "url": "/v1/checkout/sessions", "has_more": false, "data": [%s]}' % row
    assert provider.query_status(attempt) == OPENED
    assert provider.query_status(attempt_reference("RUH-P2")).status is ProviderStatus.ABSENT
    asked = parse_qs(urlsplit(sent.made[0][1]).query)
    opened = attempt.opened_at.timestamp()
    assert int(asked["created[gte]"][0]) < opened < int(asked["created[lte]"][0])


@pytest.mark.parametrize(
    "money", [Money(1, "SYP-NEW"), Money(1, "SYP-OLD"), Money(250_000, "IQD"), Money(61_505, "KWD"), Money(0, "SAR")]
)
def test_what_no_card_is_charged_is_refused_without_asking(
    sent: Recorded, provider: StripeProvider, money: Money
) -> None:
    with refuses("provider_refused"):
        provider.open_page("RUH-P1", money, "https://mahjar.test/back")
    assert sent.made == []


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404])
def test_a_clear_no_is_a_refusal(sent: Recorded, provider: StripeProvider, status: int) -> None:
    sent.status, sent.content = status, ERROR
    with refuses("provider_refused", Refusal):
        provider.open_page("RUH-P1", RIYALS, "https://mahjar.test/back")


def test_an_object_that_is_not_there_is_absent(sent: Recorded, provider: StripeProvider) -> None:
    sent.status, sent.content = 404, ERROR
    assert provider.query_status(KNOWN) == Answer(ProviderStatus.ABSENT)


@pytest.mark.parametrize(
    ("status", "content"),
    [
        *((status, ERROR) for status in (302, 408, 409, 429, 500, 502, 503)),
        *((status, b"upstream failed") for status in (200, 400, 404, 502)),
        (400, ERROR.replace(b"invalid_request_error", b"idempotency_error")),
        *((200, content) for content in (b"", b"null", b"[]", b"{}", b'"x"', b"7", b"[" * 50_000, SESSION[:40])),
        (200, SESSION.replace(b"open", b"sold")),
        (200, SESSION.replace(b'"unpaid"', b'"no_payment_required"')),
        (200, SESSION.replace(b'"open"', b'"complete"').replace(b'"unpaid"', b'"paid"')),
        (200, SESSION.ljust(MAX_ANSWER_BYTES + 1)),
    ],
)
def test_no_sure_answer_leaves_the_outcome_unknown(
    sent: Recorded, provider: StripeProvider, status: int, content: bytes
) -> None:
    sent.status, sent.content = status, content
    with pytest.raises(OutcomeUnknown):
        provider.open_page("RUH-P1", RIYALS, "https://mahjar.test/back")
    with pytest.raises(OutcomeUnknown):
        provider.query_refund("key", attempt_reference("RUH-P1"))


def refused_connection(name: str) -> requests.ConnectionError:
    """As urllib3 reports it: the cause stands in the first argument."""
    carrier = Exception("pool")
    carrier.reason = type(name, (Exception,), {})()  # type: ignore[attr-defined]
    return requests.ConnectionError(carrier)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (requests.ConnectTimeout(), "provider_down"),
        (refused_connection("NewConnectionError"), "provider_down"),
        (refused_connection("ProtocolError"), None),
        (requests.ConnectionError(), None),
        (requests.ReadTimeout(), None),
        (requests.exceptions.ChunkedEncodingError(), None),
    ],
)
def test_only_a_request_that_surely_did_not_arrive_may_be_repeated(
    monkeypatch: pytest.MonkeyPatch, provider: StripeProvider, failure: requests.RequestException, code: str | None
) -> None:
    calls: list[str] = []

    def request(_session: requests.Session, method: str, *_: object, **__: object) -> requests.Response:
        calls.append(method)
        raise failure

    monkeypatch.setattr(requests.Session, "request", request)
    if code is None:
        with pytest.raises(OutcomeUnknown):
            provider.query_status(KNOWN)
    else:
        with refuses(code, Unavailable):
            provider.query_status(KNOWN)
    assert calls == ["GET"]


@pytest.mark.parametrize(
    ("url", "left"),
    [("https://m.test/a", "https://m.test/a?left=1"), ("https://m.test/a?b=1", "https://m.test/a?b=1&left=1")],
)
def test_leaving_a_page_is_said_in_the_address(url: str, left: str) -> None:
    assert left_url(url) == left
