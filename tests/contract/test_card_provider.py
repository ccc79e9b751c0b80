"""What a card provider promises the adapter: asked of the sandbox as a process, and of its double in memory."""

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
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from deploy.demo.sandbox.provider import TEST_NUMBER
from services.consular.payments.providers.card import Provider, read_event
from services.consular.payments.providers.rules import Answer, DisputeStatus, OutcomeUnknown, ProviderStatus
from services.consular.payments.providers.signature import HEADER, api_token, check
from shared.errors import Unavailable
from shared.values.money import Money
from tests.factories.payments import InMemoryProvider
from tests.factories.refusals import refuses

SECRET = "contract-secret"
LATE_SECONDS = 2.0
LIMIT_SECONDS = 20.0
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
        "MAHJAR_PROVIDER_SECRET": SECRET,
        "MAHJAR_PROVIDER_NOTIFY_URL": listener[1],
        "MAHJAR_PROVIDER_LATE_SECONDS": str(LATE_SECONDS),
    }
    command = [sys.executable, "-m", "deploy.demo.sandbox.provider"]
    with subprocess.Popen(command, env=environment, pass_fds=[inherited.fileno()], stderr=subprocess.DEVNULL) as child:
        yield f"http://127.0.0.1:{inherited.getsockname()[1]}"
        child.terminate()
    inherited.close()


@pytest.fixture
def provider(sandbox: str) -> Provider:
    return Provider(sandbox, SECRET)


@pytest.fixture(params=["process", "memory"])
def either(request: pytest.FixtureRequest, sandbox: str) -> "Provider | InMemoryProvider":
    """The real thing over HTTP, and the double that the service tests use."""
    return Provider(sandbox, SECRET) if request.param == "process" else InMemoryProvider()


def reference() -> str:
    return f"RUH-P{uuid.uuid4().hex[:9].upper()}"


def choose(page: Answer, outcome: str, number: str = TEST_NUMBER) -> requests.Response:
    assert page.url is not None
    return requests.post(page.url, {"outcome": outcome, "number": number}, allow_redirects=False, timeout=10)


def pick(provider: "Provider | InMemoryProvider", name: str, page: Answer, outcome: str) -> None:
    """The payer presses a button, on either."""
    if isinstance(provider, InMemoryProvider):
        provider.choose(name, outcome)
    else:
        choose(page, outcome)


def eventually(ask: Callable[[], Answer], said: ProviderStatus) -> Answer:
    """Asks until the provider says so; no longer than the limit."""
    until = time.monotonic() + LIMIT_SECONDS
    while (answer := ask()).status is not said:
        assert time.monotonic() < until
        threading.Event().wait(0.02)
    return answer


def misbehave(provider: Provider, kind: str, **more: object) -> None:
    headers = {"Authorization": f"Bearer {api_token(SECRET)}"}
    requests.post(f"{provider.line.url}/v1/faults", json={"kind": kind, **more}, headers=headers, timeout=10)


# What both keep


@pytest.mark.parametrize("money", [Money(75000, "SAR"), Money(31450, "JPY"), Money(61500, "KWD"), Money(1, "SYP-NEW")])
def test_a_page_is_opened_once_for_a_reference(either: "Provider | InMemoryProvider", money: Money) -> None:
    name = reference()
    first = either.open_page(name, money, BACK)
    assert (first.status, first.provider_reference is not None, first.url is not None) == (
        ProviderStatus.OPEN,
        True,
        True,
    )
    assert either.open_page(name, money, BACK) == first
    assert either.query_status(name) == first
    with refuses("provider_refused"):
        either.open_page(name, Money(money.amount + 1, money.currency), BACK)


def test_what_was_never_opened_is_absent(either: "Provider | InMemoryProvider") -> None:
    assert either.query_status(reference()).status is ProviderStatus.ABSENT


@pytest.mark.parametrize(
    ("outcome", "said", "money", "reason"),
    [
        ("pay", ProviderStatus.PAID, Money(61500, "KWD"), None),
        ("pay-and-notify-twice", ProviderStatus.PAID, Money(61500, "KWD"), None),
        ("pay-silently", ProviderStatus.PAID, Money(61500, "KWD"), None),
        ("pay-wrong-amount", ProviderStatus.PAID, Money(61501, "KWD"), None),
        ("pay-wrong-currency", ProviderStatus.PAID, Money(61500, "EUR"), None),
        ("decline", ProviderStatus.FAILED, None, "card_declined"),
        ("cancel", ProviderStatus.FAILED, None, "cancelled_by_payer"),
    ],
)
def test_each_ending_is_told(
    either: "Provider | InMemoryProvider", outcome: str, said: ProviderStatus, money: Money | None, reason: str | None
) -> None:
    name = reference()
    page = either.open_page(name, Money(61500, "KWD"), BACK)
    pick(either, name, page, outcome)
    answer = either.query_status(name)
    assert (answer.status, answer.amount, answer.reason) == (said, money, reason)
    assert answer.provider_reference == page.provider_reference


# The page


def test_the_payer_is_sent_back(provider: Provider) -> None:
    page = provider.open_page(reference(), Money(75000, "SAR"), BACK)
    answer = choose(page, "pay")
    assert (answer.status_code, answer.headers["Location"]) == (303, BACK)


def test_a_page_ends_once(provider: Provider) -> None:
    name = reference()
    page = provider.open_page(name, Money(75000, "SAR"), BACK)
    choose(page, "decline")
    choose(page, "pay")
    assert provider.query_status(name).status is ProviderStatus.FAILED


def test_the_page_is_plainly_a_sandbox_in_both_languages(provider: Provider) -> None:
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


def test_the_interface_is_closed_to_strangers(provider: Provider) -> None:
    stranger = Provider(provider.line.url, "another")
    with refuses("provider_refused"):
        stranger.open_page(reference(), Money(1, "SAR"), BACK)
    with refuses("provider_refused"):
        stranger.query_status(reference())


# Notifications


@pytest.mark.parametrize(
    ("outcome", "copies", "kind"),
    [("pay", 1, "page.paid"), ("pay-and-notify-twice", 2, "page.paid"), ("decline", 1, "page.failed")],
)
def test_notifications_are_signed_and_say_what_the_page_says(
    provider: Provider, listener: tuple[Listener, str], outcome: str, copies: int, kind: str
) -> None:
    name = reference()
    choose(provider.open_page(name, Money(75000, "SAR"), BACK), outcome)
    events = [read_event(raw) for raw in listener[0].wait(name, copies)]
    assert (len(events), len({event.id for event in events})) == (copies, 1)
    event = events[0]
    assert (event.type, event.attempt) == (kind, name)
    asked = provider.query_status(name)
    assert event.answer is not None and event.answer.unverified
    assert (event.answer.status, event.answer.amount) == (asked.status, asked.amount)


def test_a_late_payment_is_open_until_it_is_there(provider: Provider, listener: tuple[Listener, str]) -> None:
    name = reference()
    began = time.monotonic()
    choose(provider.open_page(name, Money(75000, "SAR"), BACK), "pay-late")
    status = provider.query_status(name).status
    # On a busy machine the answer itself may come after the payment.
    assert status is ProviderStatus.OPEN or time.monotonic() - began >= LATE_SECONDS
    assert listener[0].wait(name, 1)
    assert eventually(lambda: provider.query_status(name), ProviderStatus.PAID).amount == Money(75000, "SAR")


def test_a_notification_that_is_refused_comes_again(provider: Provider, listener: tuple[Listener, str]) -> None:
    name = reference()
    listener[0].refusals = 1
    choose(provider.open_page(name, Money(75000, "SAR"), BACK), "pay")
    first, second = listener[0].wait(name, 2)[:2]
    assert first == second


# When it does not answer properly


@pytest.mark.parametrize("kind", ["error", "garbage", "slow"])
def test_an_answer_that_is_none_leaves_the_outcome_unknown_and_opens_no_second_page(
    provider: Provider, kind: str
) -> None:
    name, hasty = reference(), Provider(provider.line.url, SECRET, read_seconds=0.3)
    misbehave(provider, kind, seconds=1.0)
    with pytest.raises(OutcomeUnknown):
        hasty.open_page(name, Money(75000, "SAR"), BACK)
    found = provider.query_status(name)
    assert found.status is ProviderStatus.OPEN
    assert provider.open_page(name, Money(75000, "SAR"), BACK).provider_reference == found.provider_reference
    misbehave(provider, kind, seconds=1.0)
    with pytest.raises(OutcomeUnknown):
        hasty.query_status(name)


def test_a_refusal_is_certain(provider: Provider) -> None:
    name = reference()
    misbehave(provider, "refuse")
    with refuses("provider_refused"):
        provider.open_page(name, Money(75000, "SAR"), BACK)
    assert provider.query_status(name).status is ProviderStatus.ABSENT


def test_nobody_there_is_certain_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with refuses("provider_down", Unavailable):
        Provider(f"http://127.0.0.1:{port}", SECRET).open_page(reference(), Money(1, "SAR"), BACK)


def test_a_connection_that_breaks_is_not() -> None:
    """It was accepted, so the request may have been read."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            server.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(OutcomeUnknown):
            Provider(f"http://127.0.0.1:{server.getsockname()[1]}", SECRET).query_status(reference())
        thread.join(20)


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{}", b'{"id": "x", "state": "paid"}', b'{"id": "x", "state": "paid", "amount": 7.5, '
     b'"currency": "SAR"}', b'{"id": "x", "state": "paid", "amount": true, "currency": "SAR"}',
     b'{"id": "x", "state": "new"}', b"x" * 70_000, b"[" * 50_000],
)  # fmt: skip
def test_an_answer_in_another_form_is_never_taken_for_one(content: bytes) -> None:
    from services.consular.payments.providers.card import read_page

    with pytest.raises(OutcomeUnknown):
        read_page("GET", 200, content)


@pytest.mark.parametrize(
    ("status", "said"), [(500, None), (302, None), (429, None), (408, None), (404, ProviderStatus.ABSENT)]
)
def test_only_a_clear_answer_is_one(status: int, said: ProviderStatus | None) -> None:
    from services.consular.payments.providers.card import read_page

    if said is None:
        with pytest.raises(OutcomeUnknown):
            read_page("GET", status, b"{}")
    else:
        assert read_page("GET", status, b"{}").status is said


# Disputes


def dispute(page: Answer, choice: str, **more: str) -> requests.Response:
    return requests.post(f"{page.url}/dispute", {"choice": choice, **more}, allow_redirects=False, timeout=10)


def test_a_dispute_is_told_notified_and_named_in_the_list(provider: Provider, listener: tuple[Listener, str]) -> None:
    name, before = reference(), datetime.now(UTC) - timedelta(minutes=1)
    page = provider.open_page(name, Money(61500, "KWD"), BACK)
    assert dispute(page, "dispute").status_code == 409
    choose(page, "pay-silently")
    assert provider.query_status(name).dispute is None
    for choice, said in (("dispute", DisputeStatus.OPEN), ("dispute-won", DisputeStatus.WON)):
        assert dispute(page, choice).status_code == 303
        told = provider.query_status(name).dispute
        assert told is not None
        assert (told.status, told.amount) == (said, Money(61500, "KWD"))
    assert dispute(page, "dispute-lost").status_code == 409
    assert name in provider.list_disputed(before)
    assert name not in provider.list_disputed(datetime.now(UTC) + timedelta(minutes=1))
    for raw in listener[0].wait(name, 2):
        event = read_event(raw)
        assert (event.type, event.attempt) == ("page.disputed", name)
        assert event.answer is not None and event.answer.dispute is not None and event.answer.unverified


def test_strangers_see_no_disputes(provider: Provider) -> None:
    with refuses("provider_refused"):
        Provider(provider.line.url, "another").list_disputed(datetime.now(UTC))
