"""The two proxies of docker-compose.yml before the web server: whoever is idle or slow holds none of its threads."""

import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.dev.servers.postgres import free_port
from tests.factories.waiting import until

ROOT = Path(__file__).parents[4]
CONTAINERS = ROOT / "deploy/platform/containers"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CADDY = shutil.which("caddy")
IDLE, SLOW, PARTS = 1_000, 200, 16
# A slow body goes on at 1 KiB/s, which no server may drop.
PART, PAUSE, LENGTH = b"x" * 512, 0.5, 65_536
# A figure of a quiet machine in `make full`; what a thread that is held means is minutes, not seconds.
LONGEST = 1.0 if os.environ.get("MAHJAR_FULL") else 20.0
APPLICATION = """
import json, time

def events():
    for number in range(3):
        yield f"data: {number}\\n\\n".encode()
        time.sleep(1.5)

def app(environ, start_response):
    if environ["PATH_INFO"] == "/calls":
        start_response("200 OK", [("Content-Type", "text/event-stream"), ("X-Accel-Buffering", "no")])
        return events()
    told = {
        "length": len(environ["wsgi.input"].read()),
        "forwarded": environ.get("HTTP_X_FORWARDED_FOR", ""),
        "host": environ["HTTP_HOST"],
        "path": environ["RAW_URI"],
    }
    body = json.dumps(told).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
"""
pytestmark = [
    pytest.mark.skipif(not NGINX or not CADDY, reason="nginx and caddy are not installed"),
    pytest.mark.timeout(240),
]


class Chain(NamedTuple):
    """Ports of the outer proxy and of the web server behind both."""

    outer: int
    server: int


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """Caddy, nginx and a web server of eight threads with the limits and files of production."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 16_384), most))
    folder = tmp_path_factory.mktemp("proxies")
    outer, buffer, server = free_port(), free_port(), free_port()
    (folder / "proxied.py").write_text(APPLICATION)
    (folder / "Caddyfile").write_text(
        (CONTAINERS / "Caddyfile")
        .read_text()
        .replace("{\n", "{\n\tadmin off\n", 1)
        .replace("buffer:8080", f"127.0.0.1:{buffer}")
    )
    own = {
        "/var/cache/nginx": str(folder),
        "/tmp/nginx.pid": str(folder / "nginx.pid"),
        "http://gateway:8000": f"http://127.0.0.1:{server}",
        "listen 8080": f"listen 127.0.0.1:{buffer}",
    }
    text = (CONTAINERS / "nginx.conf").read_text()
    for before, after in own.items():
        assert before in text
        text = text.replace(before, after)
    (folder / "nginx.conf").write_text(f"daemon off;\n{'user root;' if os.geteuid() == 0 else ''}\n{text}")
    environment = {**os.environ, "HOME": str(folder), "MAHJAR_HOST": f"http://:{outer}"}
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy/platform/web/gunicorn_conf.py")]
    commands = [
        [*gunicorn, "--bind", f"127.0.0.1:{server}", "proxied:app"],
        [str(NGINX), "-e", "/dev/stderr", "-c", str(folder / "nginx.conf")],
        [str(CADDY), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")],
    ]
    with ExitStack() as ending, (folder / "log").open("wb") as log:
        for command in commands:
            environment["PYTHONPATH"] = f"{ROOT}:{folder}"
            process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
            ending.callback(process.wait, 30)
            ending.callback(process.terminate)
        until(lambda: health(outer, 2.0) is not None)
        yield Chain(outer, server)


def health(port: int, limit: float) -> float | None:
    """Seconds until the answer, None without one."""
    began = time.monotonic()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=limit) as answer:
            answer.read()
    except OSError:
        return None
    return time.monotonic() - began


def connect(port: int, ending: ExitStack) -> socket.socket:
    return ending.enter_context(socket.create_connection(("127.0.0.1", port), 10))


def begin_body(port: int, ending: ExitStack) -> socket.socket:
    client = connect(port, ending)
    head = f"POST /photo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {LENGTH}\r\n\r\n"
    client.sendall(head.encode() + PART)
    return client


def read_all(client: socket.socket) -> bytes:
    client.settimeout(60)
    return b"".join(iter(lambda: client.recv(65_536), b""))


def go_on(clients: list[socket.socket], parts: int) -> None:
    for _ in range(parts):
        for client in clients:
            client.sendall(PART)
        time.sleep(PAUSE)


def test_a_thousand_idle_and_two_hundred_slow_clients_hold_nobody_up(chain: Chain) -> None:
    with ExitStack() as ending, ThreadPoolExecutor(1) as sender:
        for _ in range(IDLE):
            connect(chain.outer, ending)
        slow = [begin_body(chain.outer, ending) for _ in range(SLOW)]
        sending = sender.submit(go_on, slow, PARTS)
        took = []
        while not sending.done():
            took.append(health(chain.outer, LONGEST))
            time.sleep(0.1)
        sending.result()
        print(f"{len(took)} answers, the slowest after {max(one or LONGEST for one in took):.3f} s")
        assert took and None not in took
        slow[0].sendall(b"x" * (LENGTH - len(PART) * (1 + PARTS)))
        assert f'"length": {LENGTH}'.encode() in read_all(slow[0])


def test_without_them_slow_bodies_would_hold_every_thread(chain: Chain) -> None:
    """What the inner proxy is there for."""
    with ExitStack() as ending:
        slow = [begin_body(chain.server, ending) for _ in range(40)]
        until(lambda: health(chain.server, 1.0) is None)
        assert health(chain.outer, 1.0) is None
        for client in slow:
            client.close()
    until(lambda: health(chain.outer, 2.0) is not None)


def test_the_sender_is_named_by_the_proxy_and_nothing_else_changes(chain: Chain) -> None:
    """What a client claims of its own address is dropped; host and path arrive as they were sent."""
    with ExitStack() as ending:
        client = connect(chain.outer, ending)
        client.sendall(
            b"GET /en/track%2F?a=%D8%A7//b HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.9\r\n"
            b"Connection: close\r\n\r\n"
        )
        answer = read_all(client)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    told = json.loads(answer.rpartition(b"\r\n\r\n")[2])
    assert told["forwarded"] == "127.0.0.1"
    assert told["path"] == "/en/track%2F?a=%D8%A7//b"
    assert told["host"] == "127.0.0.1"


def test_events_pass_at_once(chain: Chain) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{chain.outer}/calls", timeout=30) as answer:
        assert answer.readline() == b"data: 0\n"
        first = time.monotonic()
        answer.read()
        assert time.monotonic() - first > 1.0


def test_a_body_longer_than_any_upload_is_refused_by_the_proxy(chain: Chain) -> None:
    with ExitStack() as ending:
        client = connect(chain.outer, ending)
        client.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 60000000\r\n\r\n")
        assert b" 413 " in read_all(client).splitlines()[0]
