"""The time limit of a request: it counts from the last byte received, so that a slow upload has what it needs."""

from io import RawIOBase
from typing import Any

from flask import Flask, request

from shared import deadline


class TimedBody(RawIOBase):
    """A request's body that starts the deadline anew with each part that arrives."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """The number of bytes read into the buffer; 0 at the end."""
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        deadline.start(deadline.GATEWAY_SECONDS)
        return len(data)


def start_deadline() -> None:
    """Gives readiness less time than a page: whoever asks for it wants to know now."""
    if request.endpoint == "ready":
        deadline.start(deadline.READY_SECONDS)
        return
    deadline.start(deadline.GATEWAY_SECONDS)
    request.environ["wsgi.input"] = TimedBody(request.environ["wsgi.input"])


def init_time_limits(app: Flask) -> None:
    """Registers the limit. It comes first, as every later step may have to wait for another service."""
    app.before_request(start_deadline)
    app.teardown_request(deadline.clear)
