"""Spans of requests, of messages on their way and of messages being handled, under one trace.

A span bears names of routes, types of messages and codes, never an address, a reference or a body. Nothing is imported
from OpenTelemetry unless `configure` was called.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

HEADER = "traceparent"
_address: tuple[str, str] | None = None
_provider: "TracerProvider | None" = None
# The identity of the span in hand, as messages and headers carry it.
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def configure(service: str, collector: str) -> None:
    """Nothing is opened yet: web processes are forked later, and each sends for itself."""
    global _address
    _address = (service, collector)


def start(service: str, exporter: "SpanExporter") -> None:
    """Sends spans by an exporter, in batches and on a thread of its own."""
    global _provider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    _provider = TracerProvider(resource=Resource({"service.name": f"mahjar-{service}"}))
    _provider.add_span_processor(BatchSpanProcessor(exporter))


def stop() -> None:
    """Sends what is left."""
    global _provider, _address
    if _provider is not None:
        _provider.shutdown()
    _provider = _address = None


def are_on() -> bool:
    return _address is not None or _provider is not None


def current() -> str | None:
    """The identity of the span in hand: `00-TRACE-SPAN-01`; None where there is no span."""
    return _current.get()


def headers() -> Mapping[str, str]:
    """What a request to another service carries."""
    identity = _current.get()
    return {HEADER: identity} if identity else {}


@contextmanager
def span(name: str, kind: str = "internal", parent: str | None = None, **attributes: str | int) -> Iterator[None]:
    """A span around a block, below `parent` or the span in hand. Costs a comparison where traces are off."""
    if not are_on():
        yield
        return
    begun = _begin(name, kind, parent or _current.get(), attributes)
    token = _current.set(_identity(begun))
    try:
        yield
    except Exception as error:
        begun.set_attribute("error.type", type(error).__name__)
        raise
    finally:
        _current.reset(token)
        begun.end()


def _begin(name: str, kind: str, parent: str | None, attributes: Mapping[str, str | int]) -> Any:
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    if _provider is None:
        assert _address is not None
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        start(_address[0], OTLPSpanExporter(endpoint=_address[1], timeout=5))
    assert _provider is not None
    context = TraceContextTextMapPropagator().extract({HEADER: parent}) if parent else None
    tracer = _provider.get_tracer("mahjar")
    return tracer.start_span(name, context, SpanKind[kind.upper()], dict(attributes))


def _identity(begun: Any) -> str:
    context = begun.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def trace_requests(app: Flask) -> None:
    """A span for each request, below the one of whoever asked."""

    def begin() -> None:
        route = request.url_rule.rule if request.url_rule else "unknown"
        name = f"{request.method} {route}"
        g.span = _begin(name, "server", request.headers.get(HEADER), {"http.route": route})
        g.span_token = _current.set(_identity(g.span))

    def note_status(response: Response) -> Response:
        if "span" in g:
            g.span.set_attribute("http.response.status_code", response.status_code)
        return response

    def end(_error: BaseException | None) -> None:
        begun, token = g.pop("span", None), g.pop("span_token", None)
        if begun is not None:
            _current.reset(token)
            begun.end()

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(note_status)
    app.teardown_request(end)
