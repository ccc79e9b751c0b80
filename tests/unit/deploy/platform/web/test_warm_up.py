"""A service that was made ready has an engine and its templates before the first document is asked for."""

import os
from queue import LifoQueue
from typing import Any

import pytest

from deploy.platform.web import warm_up
from shared.documents import drawing, typesetting

LIMIT = 120.0


@pytest.fixture
def nothing_ready(monkeypatch: pytest.MonkeyPatch) -> "LifoQueue[Any]":
    """No engine was made and no template compiled."""
    idle: LifoQueue[Any] = LifoQueue()
    for _ in range(drawing.MAX_ENGINES):
        idle.put(None)
    monkeypatch.setattr(drawing, "_idle", idle)
    typesetting._environment.cache_clear()
    return idle


@pytest.mark.skipif(not drawing.is_available(), reason="draws PDFs")
def test_an_engine_and_the_templates_are_ready_and_the_process_keeps_its_priority(
    nothing_ready: "LifoQueue[Any]",
) -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    thread = warm_up.start("civil_registry")
    thread.join(LIMIT)
    assert not thread.is_alive() and os.getpriority(os.PRIO_PROCESS, 0) == before
    assert [engine is not None for engine in nothing_ready.queue] == [False, True]
    cached = {key[1] for key in typesetting._environment("civil_registry").cache or ()}
    assert {"layout.html", "parts.html", "individual-extract.html", "family-extract.html"} <= cached


def test_without_pango_a_service_starts_all_the_same(
    monkeypatch: pytest.MonkeyPatch, nothing_ready: "LifoQueue[Any]"
) -> None:
    monkeypatch.setattr(drawing, "is_available", lambda: False)
    thread = warm_up.start("consular")
    thread.join(LIMIT)
    assert not thread.is_alive() and list(nothing_ready.queue) == [None, None]


def test_what_a_service_wants_first_is_done_at_the_usual_priority_and_a_failure_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drawing, "is_available", lambda: False)
    done: list[int] = []

    def fail() -> None:
        raise ConnectionError

    thread = warm_up.start("consular", (fail, lambda: done.append(os.getpriority(os.PRIO_PROCESS, 0))))
    thread.join(LIMIT)
    assert not thread.is_alive()
    assert done == [os.getpriority(os.PRIO_PROCESS, 0)]
