"""Limits of a client's connection: late headers, a body that stops, and a slow one that goes on."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from deploy.platform.web import web_worker
from deploy.platform.web.web_worker import BoundedSocket, BoundedWorker, is_urgent

HEADERS = b"POST /x HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[BoundedSocket, socket.socket]]:
    """The server's end and the client's, with limits a hundred times shorter."""
    monkeypatch.setattr(web_worker, "HEADER_SECONDS", 0.3)
    monkeypatch.setattr(web_worker, "BODY_SECONDS", 2.0)
    monkeypatch.setattr(web_worker, "WINDOW_SECONDS", 0.3)
    monkeypatch.setattr(web_worker, "WINDOW_BYTES", 1000)
    plain, client = socket.socketpair()
    server = BoundedSocket(plain.family, plain.type, plain.proto, plain.detach())
    server.start_request()
    yield server, client
    server.close()
    client.close()


def test_headers_that_come_byte_by_byte_end_with_the_limit(pair: tuple[BoundedSocket, socket.socket]) -> None:
    server, client = pair
    done = threading.Event()

    def drip() -> None:
        while not done.wait(0.05):
            client.send(b"G")

    dripping = threading.Thread(target=drip)
    dripping.start()
    began = time.monotonic()
    with pytest.raises(ConnectionResetError, match="too slowly"):
        while True:
            server.recv(8192)
    done.set()
    dripping.join(10)
    assert 0.25 < time.monotonic() - began < 5


def test_a_body_that_stops_ends_with_its_window(pair: tuple[BoundedSocket, socket.socket]) -> None:
    server, client = pair
    client.send(HEADERS + b"x" * 900)
    assert server.recv(8192).endswith(b"x" * 900)
    with pytest.raises(ConnectionResetError):
        server.recv(8192)


def test_a_slow_body_that_goes_on_is_read(pair: tuple[BoundedSocket, socket.socket]) -> None:
    server, client = pair
    client.send(HEADERS)
    server.recv(8192)
    for _ in range(6):
        time.sleep(0.1)
        client.send(b"x" * 1000)
        assert server.recv(8192) == b"x" * 1000


def test_no_body_takes_longer_than_its_whole_limit(pair: tuple[BoundedSocket, socket.socket]) -> None:
    server, client = pair
    client.send(HEADERS)
    began = time.monotonic()
    with pytest.raises(ConnectionResetError):
        while True:
            server.recv(8192)
            client.send(b"x" * 1000)
            time.sleep(0.05)
    assert time.monotonic() - began < 10


def test_headers_may_be_cut_anywhere(pair: tuple[BoundedSocket, socket.socket]) -> None:
    server, client = pair
    for part in (HEADERS[:-3], HEADERS[-3:-1], HEADERS[-1:]):
        assert not server.in_body
        client.send(part)
        server.recv(8192)
    assert server.in_body


def test_the_next_request_has_its_own_time(pair: tuple[BoundedSocket, socket.socket]) -> None:
    server, client = pair
    client.send(HEADERS)
    server.recv(8192)
    time.sleep(0.35)
    server.start_request()
    client.send(b"GET / HTTP/1.1\r\n\r\n")
    assert server.recv(8192) == b"GET / HTTP/1.1\r\n\r\n"


def test_a_burst_is_worked_off_and_a_standing_queue_makes_the_server_overloaded() -> None:
    worker = BoundedWorker.__new__(BoundedWorker)

    def wait(at: float, waited: float) -> bool:
        worker.note_wait(waited, at)
        return worker.overloaded

    assert [wait(100.0, 1.5), wait(101.9, 0.5), wait(102.0, 0.1)] == [False, False, False]
    assert [wait(103.0, 0.5), wait(104.9, 0.5), wait(105.0, 0.5)] == [False, False, True]
    # One that hardly waited ends nothing; two seconds of them do.
    assert [wait(105.1, 0.1), wait(106.9, 0.1), wait(107.0, 0.1)] == [True, True, False]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/ar/applications/RUH-7K3MQ-9XFPA-D/turn"),
        ("POST", "/applications/RUH-7K3MQ-9XFPA-D/turn/hold"),
        ("GET", "/health"),
        ("POST", "/provider/webhook"),
    ],
)
def test_what_takes_a_seat_pays_or_watches_is_refused_last(method: str, path: str) -> None:
    assert is_urgent(method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/ar/applications/RUH-7K3MQ-9XFPA-D/turn"), ("POST", "/ar/applications/x/turn/cancel"), ("GET", "/")],
)
def test_pages_are_refused_first(method: str, path: str) -> None:
    assert not is_urgent(method, path)
