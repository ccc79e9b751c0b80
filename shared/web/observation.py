"""What is seen of the requests of a web process: nothing, and nothing is loaded, without its variables."""

from flask import Flask

from shared.observation import traces
from shared.settings import Settings


def observe_requests(app: Flask, settings: Settings) -> None:
    """Counts requests, and traces them."""
    if settings.observation.port:
        from shared.web.request_metrics import count_requests

        count_requests(app, settings.service)
    if settings.observation.traces:
        from shared.web.request_traces import trace_requests

        traces.configure(settings.service, settings.observation.traces)
        trace_requests(app)
