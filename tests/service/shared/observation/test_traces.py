"""One trace from a request over the outbox into the handler of another service, with nobody's data in it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select

from shared.database.db import Database
from shared.errors import Refusal
from shared.identity.crypto import Keys
from shared.messaging import relay
from shared.messaging.outbox import outbox
from shared.observation import traces
from shared.web.request_traces import trace_requests
from tests.factories.messages.messaging import Hearing, Speaker, forget_everything, new_about, say

ATTRIBUTES = {"http.route", "http.response.status_code", "sender", "error.type"}


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    traces.start("consular", exporter)
    yield exporter
    traces.stop()


@pytest.fixture
def consular(database: Callable[[str], Database], key_folder: Path) -> Iterator[Hearing]:
    hearing = Hearing(database("consular"), key_folder)
    forget_everything(hearing.database)
    yield hearing
    forget_everything(hearing.database)


def finished(exporter: InMemorySpanExporter) -> list[tuple[str, str, str]]:
    """Name, trace and parent of each span."""
    assert traces._provider is not None
    traces._provider.force_flush()
    return [
        (span.name, f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}" if span.parent else "")
        for span in exporter.get_finished_spans()
        if span.context
    ]


def test_a_request_joins_the_trace_of_whoever_asked_and_passes_it_on(spans: InMemorySpanExporter) -> None:
    app, seen = Flask("traced"), list[dict[str, str]]()

    def show(name: str) -> str:
        seen.append(dict(traces.headers()))
        return name

    app.add_url_rule("/people/<name>", "person", show)
    trace_requests(app)
    identity = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    app.test_client().get("/people/Canary?number=01234567890", headers={"traceparent": identity})
    app.test_client().get("/people/Canary", headers={"traceparent": "nonsense"})
    first, second = finished(spans)
    assert first == ("GET /people/<name>", "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
    assert second[1] != first[1] and second[2] == ""
    assert seen[0]["traceparent"].startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-")
    assert seen[0]["traceparent"] != identity
    assert traces.current() is None
    whole = "".join(span.to_json() for span in spans.get_finished_spans())
    assert "Canary" not in whole and "01234567890" not in whole
    assert {key for span in spans.get_finished_spans() for key in span.attributes or {}} <= ATTRIBUTES


def test_a_message_bears_the_trace_of_the_change_it_tells_of(consular: Hearing, spans: InMemorySpanExporter) -> None:
    with traces.span("request", "server"):
        said = traces.current()
        say(consular.database, new_about())
    with consular.database.scope(None) as session:
        assert session.scalar(select(outbox.c.content["traceparent"].astext)) == said
        rows = session.execute(relay.due_rows(1)).all()

    class Bus:
        paused = False

        def publish(self, messages: object) -> dict[str, str]:
            assert messages
            return {}

    relay.publish(Bus(), rows, ["message"])  # type: ignore[arg-type, list-item]
    names = {name: (trace, parent) for name, trace, parent in finished(spans)}
    assert said is not None
    sent = next(name for name in names if name.startswith("send "))
    assert names[sent] == (said[3:35], said[36:52])


def test_a_handler_works_in_the_trace_of_its_message(
    consular: Hearing, key_folder: Path, spans: InMemorySpanExporter
) -> None:
    registry = Speaker(Keys(key_folder, "civil_registry"))
    identity = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    seen = []

    def refuse(*_: object) -> None:
        seen.append(traces.current())
        raise Refusal("not_yours")

    consular.listener({"decision.made": refuse}).take(registry.says(1, traceparent=identity))
    handled = [one for one in finished(spans) if one[0] == "handle decision.made"]
    assert handled[0][1:] == ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7")
    assert seen and str(seen[0]).startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-")


def test_without_the_variables_nothing_of_it_is_loaded() -> None:
    program = (
        "import sys; import services.consular.worker, services.gateway, services.consular.api, shared.web.service\n"
        "from shared.observation import traces\n"
        "with traces.span('nothing'): pass\n"
        "assert traces.headers() == {}\n"
        "print([name for name in sys.modules if name.startswith(('opentelemetry', 'prometheus_client'))])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[4]
    )
    assert ran.stdout.strip() == "[]"
