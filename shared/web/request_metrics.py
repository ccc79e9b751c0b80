"""Counts requests by route and status. Labels are patterns of routes, never the addresses that people open."""

import time
from functools import cache
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

BUCKETS = (0.05, 0.1, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0)


@cache
def meters() -> tuple[Counter, Histogram]:
    """Those of this process, made at first use: metrics of several processes need a folder that is set before."""
    return (
        Counter("mahjar_requests", "Requests answered", ["service", "method", "route", "status"]),
        Histogram("mahjar_request_seconds", "Time to the answer", ["service", "method"], buckets=BUCKETS),
    )


def count_requests(app: Flask, service: str) -> None:
    """From the first function before a request to the last one after it."""
    answered, seconds = meters()

    def begin() -> None:
        g.observed_from = time.perf_counter()

    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unknown"
        method = request.method if request.method in METHODS else "other"
        answered.labels(service, method, route, str(response.status_code)).inc()
        seconds.labels(service, method).observe(time.perf_counter() - g.get("observed_from", time.perf_counter()))
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(end)


METHODS: frozenset[Any] = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
