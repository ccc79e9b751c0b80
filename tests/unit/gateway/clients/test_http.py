"""An answer is whole by the request's deadline, or the service counts as down."""

import threading
import time
from collections.abc import Iterator
from contextvars import copy_context
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from services.gateway.clients.http import Answer, Client
from shared import deadline
from shared.errors import ServiceFailed, Unavailable
from shared.identity.actor import Actor
from shared.identity.crypto import Keys
from tests.factories.environment.servers.fault_proxy import Fault, FaultProxy, fault_proxy

ACTOR = Actor("person", "P1", "applicant", "RUH")


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "11")
        self.end_headers()
        self.wfile.write(b'{"kept": 1}')

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with fault_proxy("127.0.0.1", server.server_port) as between:
        yield between
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(proxy: FaultProxy, key_folder: Path) -> Client:
    return Client(f"http://127.0.0.1:{proxy.port}", Keys(key_folder, "gateway"), "consular")


def ask_within(client: Client, seconds: float) -> tuple[object, float]:
    """The answer or the refusal's code, and after how many seconds."""

    def ask() -> object:
        deadline.start(seconds)
        try:
            return client.get("/thing", ACTOR)
        except Unavailable as refusal:
            return refusal.code

    began = time.monotonic()
    return copy_context().run(ask), time.monotonic() - began


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.DRIP])
def test_a_peer_that_sends_nothing_or_a_byte_now_and_then_is_left_at_the_deadline(
    client: Client, proxy: FaultProxy, fault: Fault
) -> None:
    proxy.fault = fault
    answer, seconds = ask_within(client, 1.0)
    assert answer == "service_down"
    assert 0.9 < seconds < 3


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.RESET, Fault.REFUSE])
def test_a_connection_that_breaks_is_said_at_once(client: Client, proxy: FaultProxy, fault: Fault) -> None:
    proxy.fault = fault
    answer, seconds = ask_within(client, 8.0)
    assert answer == "service_down"
    assert seconds < 3


@pytest.mark.parametrize("status", [500, 501, 502, 504])
def test_a_service_that_fails_refuses_nothing(client: Client, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    body = b'{"code": "unexpected"}'
    failed = Answer(status, {"Content-Type": "application/problem+json"}, body)
    monkeypatch.setattr(client, "exchange", lambda *_: failed)
    with pytest.raises(ServiceFailed):
        client.raw("GET", "/", ACTOR)


def test_nobody_is_asked_after_the_deadline(client: Client) -> None:
    assert ask_within(client, 0.0)[0] == "service_down"


def test_connections_are_kept_and_the_next_answer_has_its_own_time(client: Client, proxy: FaultProxy) -> None:
    for _ in range(3):
        assert ask_within(client, 1.0)[0] == {"kept": 1}
    assert len(proxy.open) == 2
    proxy.fault = Fault.SILENT
    assert ask_within(client, 0.5)[0] == "service_down"
    proxy.fault = Fault.NONE
    assert ask_within(client, 2.0)[0] == {"kept": 1}
