"""Peers that fall silent, drip or break: nobody waits beyond the deadline, and no fault is taken for an answer."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import copy_context
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest

from services.consular.payments.providers.rules import OutcomeUnknown
from services.consular.payments.providers.stripe.checkout import StripeProvider
from services.consular.uploads.scanner import Scanner, ScannerDown
from services.consular.uploads.storage.s3 import S3Store
from services.gateway.accounts.mail.senders import NotNow, SmtpSender
from shared import deadline
from shared.errors import Unavailable
from shared.settings.mail import MailServer
from shared.settings.uploads import REFUSE, S3Settings, ScannerSettings
from tests.factories.environment.servers.fault_proxy import Fault, FaultProxy, fault_proxy
from tests.factories.environment.servers.store_servers import s3_server
from tests.factories.payments import attempt_reference
from tests.factories.refusals import refuses

DEADLINE, SLACK = 1.5, 6.0
PAGE = b'{"id": "cs_1", "object": "checkout.session", "status": "open", "payment_status": "unpaid"}'
ATTEMPT = attempt_reference("RUH-P1", "cs_1")
BROKEN = (Fault.SILENT, Fault.DRIP, Fault.CUT, Fault.RESET, Fault.REFUSE)
LOST = (OutcomeUnknown, Unavailable, ScannerDown, NotNow)


class Peer:
    """Somebody behind a proxy, and a question to ask of them."""

    def __init__(self, proxy: FaultProxy, ask: Callable[[], object], good: object) -> None:
        self.proxy, self.ask, self.good = proxy, ask, good

    def answer_within(self, seconds: float) -> tuple[object, float]:
        """The answer, or None where there was none for sure, and after how many seconds."""

        def ask() -> object:
            deadline.start(seconds)
            try:
                return self.ask()
            except LOST:
                return None

        began = time.monotonic()
        return copy_context().run(ask), time.monotonic() - began


class CardProvider(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def provider() -> Iterator[Peer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), CardProvider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with fault_proxy("127.0.0.1", server.server_port) as proxy:
        asked = StripeProvider(f"http://127.0.0.1:{proxy.port}", "secret")
        # Loading the client takes longer than these tests wait.
        assert asked.client
        yield Peer(proxy, lambda: asked.query_status(ATTEMPT).provider_reference, "cs_1")
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Settings]:
    with s3_server(tmp_path_factory.mktemp("s3")) as settings:
        S3Store(settings).put("RUH/3f/a1/3fa1", b"content")
        yield settings


@pytest.fixture
def storage(s3: S3Settings) -> Iterator[Peer]:
    host, _, port = s3.endpoint.partition(":")
    with fault_proxy(host, int(port)) as proxy:
        settings = S3Settings(
            f"127.0.0.1:{proxy.port}", s3.bucket, s3.access_key, s3.secret_key, s3.region, secure=False
        )
        yield Peer(proxy, lambda: S3Store(settings).get("RUH/3f/a1/3fa1"), b"content")


@pytest.fixture
def scanner() -> Iterator[Peer]:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client, client.makefile("rb") as sent:
                sent.read(len(b"zINSTREAM\0"))
                while length := int.from_bytes(sent.read(4), "big"):
                    sent.read(length)
                client.sendall(b"stream: OK\0")

    threading.Thread(target=serve, daemon=True).start()
    with fault_proxy("127.0.0.1", listener.getsockname()[1]) as proxy:
        asked = Scanner(ScannerSettings("", "127.0.0.1", proxy.port, REFUSE))
        yield Peer(proxy, lambda: asked.is_infected(b"a scan"), False)
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture
def mail() -> Iterator[Peer]:
    """A server that greets and finds all well."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with suppress(OSError), client, client.makefile("rb") as sent:
            client.sendall(b"220 mail.example\r\n")
            while line := sent.readline():
                client.sendall(b"221 bye\r\n" if line.startswith(b"QUIT") else b"250 well\r\n")

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with fault_proxy("127.0.0.1", listener.getsockname()[1]) as proxy:
        sender = SmtpSender(MailServer("127.0.0.1", proxy.port, "", "", "none"))

        def ask() -> str:
            sender.check()
            return "well"

        yield Peer(proxy, ask, "well")
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


@pytest.fixture(params=["provider", "storage", "scanner", "mail"])
def peer(request: pytest.FixtureRequest) -> Peer:
    asked: Peer = request.getfixturevalue(request.param)
    return asked


@pytest.mark.parametrize("fault", BROKEN)
def test_a_fault_ends_by_the_deadline_and_is_no_answer(peer: Peer, fault: Fault) -> None:
    peer.proxy.fault = fault
    answer, seconds = peer.answer_within(DEADLINE)
    assert answer is None
    assert seconds < DEADLINE + SLACK
    peer.proxy.fault = Fault.NONE
    assert peer.answer_within(8.0)[0] == peer.good


def test_a_provider_that_drips_holds_the_worker_no_longer_than_one_answer(provider: Peer) -> None:
    """The worker has no request and so no deadline: the call has a limit of its own."""
    provider.proxy.fault = Fault.DRIP
    slow = StripeProvider(f"http://127.0.0.1:{provider.proxy.port}", "secret", read_seconds=0.5)
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        slow.query_status(ATTEMPT)
    assert time.monotonic() - began < 2.5 + SLACK


def test_a_frozen_store_is_left_by_the_deadline(s3: S3Settings) -> None:
    """The kernel still takes connections for a process that was stopped."""
    port = int(s3.endpoint.rpartition(":")[2])
    (frozen,) = [one for one in psutil.Process().children() if port in ports(one)]
    family = [frozen, *frozen.children(recursive=True)]
    for process in family:
        process.suspend()
    try:
        began = time.monotonic()

        def ask() -> None:
            deadline.start(DEADLINE)
            with refuses("storage_down", Unavailable):
                S3Store(s3).get("RUH/3f/a1/3fa1")

        copy_context().run(ask)
        assert time.monotonic() - began < DEADLINE + SLACK
    finally:
        for process in family:
            process.resume()


def ports(process: psutil.Process) -> set[int]:
    return {one.laddr.port for one in process.net_connections("tcp") if one.status == psutil.CONN_LISTEN}
