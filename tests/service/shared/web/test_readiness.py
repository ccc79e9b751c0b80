"""Readiness names what is missing, within three seconds whoever is silent; afterwards all is as before."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.database.db import Database
from shared.messaging import heartbeat
from shared.messaging.bus import check_bus
from shared.web import readiness
from shared.web.readiness import Readiness, check_clock, check_disk
from tests.conftest import ServiceClient
from tests.factories.environment.servers.fault_proxy import Fault, fault_proxy
from tests.factories.messages.workers import let_worker_live
from tests.factories.refusals import refuses


@pytest.fixture
def conscription(
    service_client: Callable[[str], ServiceClient], database: Callable[[str], Database]
) -> Iterator[Flask]:
    """With a worker that has just said that it lives."""
    with database("conscription").scope(None) as session:
        let_worker_live(session)
    yield service_client("conscription").app


def missing(app: Flask) -> tuple[int, str]:
    answer = app.test_client().get("/ready")
    return answer.status_code, answer.get_json().get("params", {}).get("missing", "")


def test_all_is_there(conscription: Flask) -> None:
    assert missing(conscription) == (200, "")


def test_a_worker_that_says_nothing_for_long_is_named(conscription: Flask, database: Callable[[str], Database]) -> None:
    with database("conscription").scope(None) as session:
        session.execute(text("UPDATE heartbeat SET at = at - interval '21 seconds'"))
    assert missing(conscription) == (503, "worker")
    with database("conscription").scope(None) as session:
        heartbeat.record_heartbeat(session)
    assert missing(conscription) == (200, "")


def test_another_workers_life_is_not_this_ones(session_for: Callable[..., Session]) -> None:
    session = session_for("conscription", None)
    heartbeat.record_heartbeat(session)
    heartbeat.check_worker(session)
    with refuses("worker_down"):
        heartbeat.check_worker(session, "another-container")


def test_clocks_that_are_apart_are_named() -> None:
    check_clock(time.time() + 5)
    with refuses("clocks_disagree"):
        check_clock(time.time() - 3600)


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_disk(tmp_path)
    monkeypatch.setattr(readiness, "LEAST_FREE_BYTES", 1 << 60)
    with refuses("disk_full"):
        check_disk(tmp_path)


def test_one_silent_check_holds_up_neither_the_answer_nor_the_next_one() -> None:
    released, asked = threading.Event(), []

    def silent() -> None:
        asked.append(1)
        released.wait(20)

    ready = Readiness({"silent": silent, "well": lambda: None})
    for _ in range(2):
        began = time.monotonic()
        assert {name: refusal.code for name, refusal in ready.refusals().items()} == {"silent": "no_answer"}
        assert time.monotonic() - began < 3
    assert asked == [1]
    released.set()
    assert ready.checks["silent"].running
    ready.checks["silent"].running.join(10)
    assert ready.refusals() == {}


def test_a_check_that_breaks_is_missing() -> None:
    def broken() -> None:
        raise OSError

    assert list(Readiness({"broken": broken}).refusals()) == ["broken"]


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.DRIP, Fault.CUT, Fault.RESET, Fault.REFUSE])
def test_a_broken_line_to_the_embedded_bus_is_known_within_three_seconds(urls: dict[str, str], fault: Fault) -> None:
    from sqlalchemy import make_url

    address = make_url(urls["bus"])
    assert address.host and address.port
    with fault_proxy(address.host, address.port) as proxy:
        url = address.set(drivername="pgmq", port=proxy.port).render_as_string(hide_password=False)
        ready = Readiness({"bus": lambda: check_bus(url)})
        assert ready.refusals() == {}
        proxy.fault = fault
        began = time.monotonic()
        assert list(ready.refusals()) == ["bus"]
        assert time.monotonic() - began < 3
        proxy.fault = Fault.NONE
        until_well(ready)


def until_well(ready: Readiness) -> None:
    give_up = time.monotonic() + 120
    while ready.refusals():
        assert time.monotonic() < give_up


def test_one_who_asks_while_a_check_begins_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another request looks at the checks at the moment when this one starts them."""
    asked = Readiness({"disk": lambda: None})

    class Observed(threading.Thread):
        def start(self) -> None:
            asked.checks["disk"].result(time.monotonic())
            super().start()

    monkeypatch.setattr(threading, "Thread", Observed)
    assert asked.refusals() == {}
