"""The listener of metrics: for whoever has the token, on an address of its own, and nothing else."""

from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer

import pytest
import requests
from prometheus_client import CollectorRegistry, Gauge

from shared.observation.listener import listen
from shared.settings.observation import ObservationSettings
from tests.conftest import ServiceClient, expatriate

TOKEN = "3f9c1d5e7a2b4c6d8e0f"


def serve(token: str) -> ThreadingHTTPServer:
    registry = CollectorRegistry()
    Gauge("mahjar_sample", "A sample", registry=registry).set(7)
    return listen(ObservationSettings("127.0.0.1", 0, token), registry)


@pytest.fixture
def closed() -> Iterator[str]:
    server = serve(TOKEN)
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_whoever_has_the_token_reads(closed: str) -> None:
    answer = requests.get(f"{closed}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5)
    assert (answer.status_code, "mahjar_sample 7.0" in answer.text) == (200, True)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "sent", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer é"]
)
def test_nobody_else_does(closed: str, sent: str) -> None:
    headers = {"Authorization": sent.encode()} if sent else {}
    answer = requests.get(f"{closed}/metrics", headers=headers, timeout=5)
    assert (answer.status_code, answer.text) == (401, "")


@pytest.mark.parametrize("path", ["/", "/metrics/", "/health", "/metrics/x"])
def test_there_is_nothing_else(closed: str, path: str) -> None:
    assert requests.get(f"{closed}{path}", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5).status_code == 404


def test_other_methods_are_not_answered(closed: str) -> None:
    assert requests.post(f"{closed}/metrics", timeout=5).status_code == 501


def test_the_services_have_no_such_page(service_client: Callable[[str], ServiceClient]) -> None:
    assert service_client("consular").get("/metrics", expatriate()).status_code == 404
    assert service_client("consular").client.get("/metrics").status_code == 403
