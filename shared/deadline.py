"""Until when the request being answered must have its answer, so that no wait outlasts the person who waits."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# A service answers before the gateway gives up, and the gateway within ten seconds of the last byte it received.
SERVICE_SECONDS, GATEWAY_SECONDS, READY_SECONDS = 8.0, 9.0, 2.5
_ends = ContextVar("deadline", default=math.inf)


def start(seconds: float) -> None:
    """From now on the work of this thread must end within so many seconds."""
    _ends.set(time.monotonic() + seconds)


def clear(_error: BaseException | None = None) -> None:
    """The request has ended: what this thread does next has no deadline."""
    _ends.set(math.inf)


def remaining() -> float:
    """Seconds left, never below 0; infinite outside a request."""
    return max(0.0, _ends.get() - time.monotonic())


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """A part of the work with a limit of its own, unless the whole ends earlier."""
    outer = _ends.set(min(_ends.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends.reset(outer)
