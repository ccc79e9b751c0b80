"""Spans of requests, of messages on their way and of messages being handled, under one trace.

A span bears names of routes, types of messages and codes, never an address, a reference or a body. Nothing is imported
from OpenTelemetry unless `configure` was called.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    opened = open_span(name, kind, parent or _current.get(), attributes)
    try:
        yield
    except Exception as error:
        opened.span.set_attribute("error.type", type(error).__name__)
        raise
    finally:
        opened.close()


@dataclass(frozen=True)
class OpenSpan:
    """A span that is in hand until it is closed, by the thread that opened it."""

    span: Any
    token: Token[str | None]

    def close(self) -> None:
        _current.reset(self.token)
        self.span.end()


def open_span(name: str, kind: str, parent: str | None, attributes: Mapping[str, str | int]) -> OpenSpan:
    """Where no block surrounds what the span is of."""
    begun = _begin(name, kind, parent, attributes)
    return OpenSpan(begun, _current.set(_identity(begun)))


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
