"""What the sandbox has of its own: the payer's page in two languages, signed notifications, faults on demand."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
import stripe

from deploy.demo.sandbox.provider import TEST_NUMBER
from services.consular.payments.providers.rules import Answer, OutcomeUnknown, ProviderStatus
from services.consular.payments.providers.signature import HEADER, check
from services.consular.payments.providers.stripe.checkout import StripeProvider
from services.consular.payments.providers.stripe.events import read_event
from shared.errors import Unavailable
from shared.values.money import Money
from tests.doubles.checkout_front import KEY
from tests.doubles.processes import localstripe
from tests.factories.payments import attempt_reference
from tests.factories.refusals import refuses

SECRET = "contract-secret"
LATE_SECONDS = 2.0
LIMIT_SECONDS = 120.0
BACK = "http://127.0.0.1:8080/applications/x/paid"


@dataclass
class Listener:
    """Where notifications arrive. The first `refusals` of them are answered with 503."""

    refusals: int = 0
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    more: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, reference: str, count: int) -> list[bytes]:
        """The notifications about an attempt, their signatures checked, once there are that many."""
        with self.more:
            assert self.more.wait_for(lambda: len(self._about(reference)) >= count, LIMIT_SECONDS)
            return self._about(reference)

    def _about(self, reference: str) -> list[bytes]:
        found = [(header, raw) for header, raw in self.heard if reference.encode() in raw]
        for header, raw in found:
            check((SECRET,), header, raw, int(time.time()))
            # The official client's own check agrees.
            assert stripe.WebhookSignature.verify_header(raw.decode(), header, SECRET, 300)
        return [raw for _, raw in found]


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[Listener, str]]:
    """A listener and its address."""
    heard = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            with heard.more:
                heard.refusals -= 1
                good = heard.refusals < 0
                heard.heard.append((self.headers[HEADER], raw))
                heard.more.notify_all()
            self.send_response(200 if good else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield heard, f"http://127.0.0.1:{server.server_port}/provider/webhook"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def sandbox(listener: tuple[Listener, str]) -> Iterator[str]:
    """The sandbox as a process of its own, on an inherited socket, as the runner starts it."""
    inherited = socket.create_server(("127.0.0.1", 0))
    inherited.set_inheritable(True)
    environment = {
        **os.environ,
        "MAHJAR_PROVIDER_FD": str(inherited.fileno()),
        "MAHJAR_PROVIDER_SECRET": KEY,
        "MAHJAR_WEBHOOK_SECRET": SECRET,
        "MAHJAR_PROVIDER_NOTIFY_URL": listener[1],
        "MAHJAR_PROVIDER_LATE_SECONDS": str(LATE_SECONDS),
    }
    command = [sys.executable, "-m", "deploy.demo.sandbox.provider"]
    with subprocess.Popen(command, env=environment, pass_fds=[inherited.fileno()], stderr=subprocess.DEVNULL) as child:
        yield f"http://127.0.0.1:{inherited.getsockname()[1]}"
        child.terminate()
    inherited.close()


@pytest.fixture
def provider(sandbox: str) -> StripeProvider:
    return StripeProvider(sandbox, KEY)


def reference() -> str:
    return f"RUH-P{uuid.uuid4().hex[:9].upper()}"


def choose(page: Answer, outcome: str, number: str = TEST_NUMBER) -> requests.Response:
    assert page.url is not None
    return requests.post(page.url, {"outcome": outcome, "number": number}, allow_redirects=False, timeout=10)


def eventually(ask: Callable[[], Answer], said: ProviderStatus) -> Answer:
    """Asks until the provider says so; no longer than the limit."""
    until = time.monotonic() + LIMIT_SECONDS
    while (answer := ask()).status is not said:
        assert time.monotonic() < until
        threading.Event().wait(0.02)
    return answer


def misbehave(provider: StripeProvider, kind: str, **more: object) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    requests.post(f"{provider.line.url}/faults", json={"kind": kind, **more}, headers=headers, timeout=10)


# The page


@pytest.mark.parametrize(
    ("outcome", "back"), [("pay", BACK), ("cancel", f"{BACK}?left=1"), ("decline", f"{BACK}?left=1")]
)
def test_the_payer_is_sent_back(provider: StripeProvider, outcome: str, back: str) -> None:
    page = provider.open_page(reference(), Money(75000, "SAR"), BACK)
    answer = choose(page, outcome)
    assert (answer.status_code, answer.headers["Location"]) == (303, back)


def test_a_declined_card_may_be_followed_by_another_until_the_page_has_ended(provider: StripeProvider) -> None:
    name = reference()
    page = provider.open_page(name, Money(75000, "SAR"), BACK)
    choose(page, "decline")
    assert requests.get(str(page.url), timeout=10).text.count('role="alert"') == 1
    assert provider.query_status(attempt_reference(name)).status is ProviderStatus.OPEN
    provider.close_page(attempt_reference(name))
    choose(page, "pay")
    assert provider.query_status(attempt_reference(name)).status is ProviderStatus.FAILED


def test_the_page_is_plainly_a_sandbox_in_both_languages(provider: StripeProvider) -> None:
    page = provider.open_page(reference(), Money(75000, "SAR"), BACK)
    assert page.url is not None
    shown = requests.get(page.url, timeout=10)
    for words in ("بيئة تجريبية", "Sandbox", "750.00 SAR", TEST_NUMBER):
        assert words in shown.text
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert len(re.findall(r'<button name="outcome"', shown.text)) == 8
    for number in ("4111111111111111", ""):
        refused = choose(page, "pay", number)
        assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    assert requests.get(page.url + "x", timeout=10).status_code == 404
    assert choose(page, "nothing").status_code == 404


# Notifications


@pytest.mark.parametrize(
    ("outcome", "copies", "kind"),
    [
        ("pay", 1, "checkout.session.completed"),
        ("pay-and-notify-twice", 2, "checkout.session.completed"),
        ("decline", 1, "payment_intent.payment_failed"),
    ],
)
def test_notifications_are_signed_and_say_what_the_page_says(
    provider: StripeProvider, listener: tuple[Listener, str], outcome: str, copies: int, kind: str
) -> None:
    name = reference()
    choose(provider.open_page(name, Money(75000, "SAR"), BACK), outcome)
    events = [read_event(raw) for raw in listener[0].wait(name, copies)]
    assert (len(events), len({event.id for event in events})) == (copies, 1)
    assert (events[0].type, provider.find_attempt(events[0])) == (kind, name)


def test_a_late_payment_is_open_until_it_is_there(provider: StripeProvider, listener: tuple[Listener, str]) -> None:
    name = reference()
    began = time.monotonic()
    choose(provider.open_page(name, Money(75000, "SAR"), BACK), "pay-late")
    status = provider.query_status(attempt_reference(name)).status
    # On a busy machine the answer itself may come after the payment.
    assert status is ProviderStatus.OPEN or time.monotonic() - began >= LATE_SECONDS
    assert listener[0].wait(name, 1)
    assert eventually(lambda: provider.query_status(attempt_reference(name)), ProviderStatus.PAID).amount == Money(
        75000, "SAR"
    )


def test_a_notification_that_is_refused_comes_again(provider: StripeProvider, listener: tuple[Listener, str]) -> None:
    name = reference()
    listener[0].refusals = 1
    choose(provider.open_page(name, Money(75000, "SAR"), BACK), "pay")
    first, second = listener[0].wait(name, 2)[:2]
    assert first == second


@pytest.mark.parametrize("choice", ["dispute", "dispute-lost"])
def test_a_dispute_is_notified_by_the_providers_payment_alone(
    provider: StripeProvider, listener: tuple[Listener, str], choice: str
) -> None:
    name = reference()
    page = provider.open_page(name, Money(75000, "SAR"), BACK)
    assert dispute(page, choice).status_code == 409
    choose(page, "pay-silently")
    before = len(listener[0].heard)
    assert dispute(page, choice).status_code == 303
    with listener[0].more:
        assert listener[0].more.wait_for(lambda: len(listener[0].heard) > before, LIMIT_SECONDS)
    event = read_event(listener[0].heard[before][1])
    assert (event.type.startswith("charge.dispute."), event.attempt) == (True, None)
    assert provider.find_attempt(event) == name


def dispute(page: Answer, choice: str) -> requests.Response:
    return requests.post(f"{page.url}/dispute", {"choice": choice}, allow_redirects=False, timeout=10)


def test_a_refund_that_the_bank_sends_back_is_notified_and_has_failed(
    provider: StripeProvider, listener: tuple[Listener, str]
) -> None:
    name, key = reference(), str(uuid.uuid4())
    page = provider.open_page(name, Money(75000, "SAR"), BACK)
    choose(page, "pay-silently")
    attempt = attempt_reference(name, page.provider_reference)
    assert send_back(page).status_code == 409
    assert provider.refund(key, attempt, Money(75000, "SAR")).status is ProviderStatus.PAID
    before = len(listener[0].heard)
    assert send_back(page).status_code == 303
    with listener[0].more:
        assert listener[0].more.wait_for(lambda: len(listener[0].heard) > before, LIMIT_SECONDS)
    event = read_event(listener[0].heard[before][1])
    assert (event.type, provider.find_attempt(event)) == ("refund.failed", name)
    failed = provider.query_refund(key, attempt)
    assert (failed.status, failed.reason) == (ProviderStatus.FAILED, "expired_or_canceled_card")
    # The money is there to be paid back again.
    assert provider.refund(str(uuid.uuid4()), attempt, Money(75000, "SAR")).status is ProviderStatus.PAID


def send_back(page: Answer) -> requests.Response:
    return requests.post(f"{page.url}/send-back", allow_redirects=False, timeout=10)


def test_events_can_be_read_again(provider: StripeProvider, listener: tuple[Listener, str]) -> None:
    name = reference()
    choose(provider.open_page(name, Money(75000, "SAR"), BACK), "pay")
    told = read_event(listener[0].wait(name, 1)[0])
    assert provider.client.v1.events.retrieve(told.id).type == told.type
    assert told.id in [one.id for one in provider.client.v1.events.list({"limit": 5}).data]


def test_what_localstripe_signs_is_taken(listener: tuple[Listener, str]) -> None:
    """Others' signatures, and others' events: of a payment intent, whose metadata name the attempt."""
    name = reference()
    with localstripe() as url:
        wanted = {"url": listener[1], "secret": SECRET}
        requests.post(f"{url}/_config/webhooks/ours", json=wanted, timeout=10).raise_for_status()
        headers = {"Authorization": f"Bearer {KEY}"}
        card = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2040"}
        method = requests.post(f"{url}/v1/payment_methods", card | {"card[cvc]": "1" * 3}, headers=headers, timeout=10)
        paid = {
            "amount": "75000",
            "currency": "sar",
            "payment_method": method.json()["id"],
            "confirm": "true",
            "metadata[mahjar_attempt]": name,
        }
        requests.post(f"{url}/v1/payment_intents", paid, headers=headers, timeout=10).raise_for_status()
        event = read_event(listener[0].wait(name, 1)[0])
    assert (event.type, event.attempt) == ("payment_intent.succeeded", name)


# When it does not answer properly


@pytest.mark.parametrize("kind", ["error", "garbage", "slow"])
def test_an_answer_that_is_none_leaves_the_outcome_unknown_and_opens_no_second_page(
    provider: StripeProvider, kind: str
) -> None:
    name, hasty = reference(), StripeProvider(provider.line.url, KEY, read_seconds=0.3)
    misbehave(provider, kind, seconds=1.0)
    with pytest.raises(OutcomeUnknown):
        hasty.open_page(name, Money(75000, "SAR"), BACK)
    found = provider.query_status(attempt_reference(name))
    assert found.status is ProviderStatus.OPEN
    assert provider.open_page(name, Money(75000, "SAR"), BACK).provider_reference == found.provider_reference
    misbehave(provider, kind, seconds=1.0)
    with pytest.raises(OutcomeUnknown):
        hasty.query_status(attempt_reference(name))


def test_a_refusal_is_certain(provider: StripeProvider) -> None:
    name = reference()
    misbehave(provider, "refuse")
    with refuses("provider_refused"):
        provider.open_page(name, Money(75000, "SAR"), BACK)
    assert provider.query_status(attempt_reference(name)).status is ProviderStatus.ABSENT


def test_nobody_there_is_certain_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with refuses("provider_down", Unavailable):
        StripeProvider(f"http://127.0.0.1:{port}", KEY).open_page(reference(), Money(1, "SAR"), BACK)


def test_a_connection_that_breaks_is_not() -> None:
    """It was accepted, so the request may have been read."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            server.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(OutcomeUnknown):
            StripeProvider(f"http://127.0.0.1:{server.getsockname()[1]}", KEY).query_status(
                attempt_reference(reference())
            )
        thread.join(20)
