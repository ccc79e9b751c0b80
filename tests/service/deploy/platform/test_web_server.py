"""The web server against silent clients: none of them holds it for long."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.dev.servers.postgres import free_port
from deploy.platform.web import web_worker
from tests.factories.waiting import until

ROOT = Path(__file__).parents[4]
CONFIGURATION = """
exec(open({configuration!r}).read())
from deploy.platform.web import web_worker
web_worker.HEADER_SECONDS = web_worker.WINDOW_SECONDS = 3.0
threads = 4
"""
APPLICATION = """
def app(environ, start_response):
    body = environ["wsgi.input"].read()
    if environ["QUERY_STRING"]:
        __import__("time").sleep(float(environ["QUERY_STRING"]))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(body)).encode()]
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server of four threads, with limits of 3 s instead of 30 and 20."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    configuration = str(ROOT / "deploy/platform/web/gunicorn_conf.py")
    (folder / "conf.py").write_text(CONFIGURATION.format(configuration=configuration))
    (folder / "length.py").write_text(APPLICATION)
    command = [sys.executable, "-m", "gunicorn", "-c", str(folder / "conf.py"), "--bind", f"127.0.0.1:{port}"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{folder}"}
    server = subprocess.Popen([*command, "length:app"], env=environment, cwd=folder)
    until(lambda: answers(port))
    yield port
    server.send_signal(signal.SIGTERM)
    server.wait(30)


def answers(port: int, limit: float = 1.0) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=limit) as answer:
            return bool(answer.read() == b"0")
    except OSError:
        return False


def send(port: int, data: bytes, ending: ExitStack) -> socket.socket:
    client = ending.enter_context(socket.create_connection(("127.0.0.1", port), 10))
    client.sendall(data)
    return client


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nabc"]
)
def test_unfinished_requests_are_dropped_and_all_threads_come_back(port: int, data: bytes) -> None:
    with ExitStack() as ending:
        for _ in range(4):
            send(port, data, ending)
        until(lambda: not answers(port, 0.3), 5)
        until(lambda: answers(port, 10))


def test_idle_connections_take_no_thread(port: int) -> None:
    with ExitStack() as ending:
        for _ in range(200):
            send(port, b"", ending)
        until(lambda: answers(port, 10))


def test_a_slow_body_that_goes_on_is_answered(port: int) -> None:
    with ExitStack() as ending:
        client = send(port, b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 90000\r\n\r\n", ending)
        for _ in range(9):
            time.sleep(0.5)
            client.sendall(b"x" * 10_000)
        client.settimeout(10)
        answer = b""
        while part := client.recv(1000):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"\r\n90000\r\n" in answer


def test_headers_that_come_slowly_are_no_sign_of_overload(port: int) -> None:
    with ExitStack() as ending:
        client = send(port, b"GET /page?0 HTTP/1.1\r\nHost: x\r\n", ending)
        time.sleep(web_worker.WAIT_SECONDS * 2)
        client.sendall(b"Connection: close\r\n\r\n")
        client.settimeout(10)
        assert client.recv(1000).startswith(b"HTTP/1.1 200")


def ask(port: int, path: str, accept: str = "application/json") -> tuple[int, float, dict[str, str], str]:
    """Status, seconds, headers and body."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept": accept})
    began = time.monotonic()
    try:
        answer = urllib.request.urlopen(request, timeout=30)  # noqa: S310 (always http)
    except urllib.error.HTTPError as refused:
        answer = refused
    body = answer.read().decode()
    return answer.status, time.monotonic() - began, dict(answer.headers), body


def test_under_twice_its_load_it_goes_on_answering_and_refuses_the_rest_at_once(port: int) -> None:
    """Four threads of 0.2 s each are asked by sixteen: what waited too long is refused, payments and health are not."""
    seconds, until_then = 0.2, time.monotonic() + 6.0
    answered: list[tuple[int, float, dict[str, str], str]] = []

    def visit(path: str) -> None:
        while time.monotonic() < until_then:
            answered.append(ask(port, path))

    urgent: list[tuple[int, float, dict[str, str], str]] = []

    def pay() -> None:
        while time.monotonic() < until_then:
            for path in ("/health", "/ready", "/applications/RUH-A/pay?0.01", "/provider/webhook"):
                urgent.append(ask(port, path))

    with ThreadPoolExecutor(17) as visitors:
        for _ in range(16):
            visitors.submit(visit, f"/page?{seconds}")
        visitors.submit(pay)
    statuses = [status for status, *_ in answered]
    assert set(statuses) == {200, 503}
    assert all(float(headers["Retry-After"]) > 0 for status, _, headers, _ in answered if status == 503)
    assert {status for status, *_ in urgent} == {200}
    # Half of what four threads can do in six seconds at the very least, on a machine that does much else.
    assert statuses.count(200) > 6.0 / seconds * 4 / 2
    assert ask(port, "/page?0.01")[0] == 200


def test_people_read_the_refusal_in_their_language_and_programs_its_code() -> None:
    page, problem = (web_worker.refusal_for(accept).decode() for accept in ("text/html,*/*", "application/json"))
    assert "زوار المنصة كثيرون" in page and "Very many people" in page
    assert '"code": "overloaded"' in problem
    for answer in (page, problem):
        head, _, body = answer.partition("\r\n\r\n")
        assert "Retry-After: 5" in head and f"Content-Length: {len(body.encode())}" in head
