"""Connections that do not wait for ever: PostgreSQL's own limits stop its statements, but not its silence.

A server that was stopped or cut off keeps its sockets open and answers nothing. A wait that lasts asks, for all threads
of the process, whether the server still answers anybody; if not, every wait ends and new ones are refused at once.
"""

import threading
import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from sqlalchemy.exc import TimeoutError as Silent

from shared import deadline

# After so long a statement asks whether the server is there, and so long it may take to say so.
SUSPICIOUS_SECONDS, PROBE_SECONDS = 0.8, 2
# Longer than PostgreSQL lets any statement run, for work that nobody waits for.
LONGEST_SECONDS = 30.0
PROBE_EVERY = 1.0
T = TypeVar("T")


class NoAnswer(psycopg.OperationalError):
    """The server did not answer in time. What it was asked may have happened or not, as with any lost connection."""


class Liveness:
    """Whether a server answers. One thread at a time asks it, over a connection of its own, for all."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo
        self.silent = False
        self._asked_at = 0.0
        self._asking = threading.Lock()

    def check(self) -> None:
        """To be called by whoever has waited long. Raises NoAnswer when the server is silent."""
        if not self.silent:
            self._ask()
        if self.silent:
            raise NoAnswer("the server is silent")

    def check_before(self) -> None:
        """To be called before a connection is used. Raises Silent, at once but for the one thread that asks again."""
        if self.silent:
            self._ask()
        if self.silent:
            raise Silent("the server is silent")

    def _ask(self) -> None:
        if time.monotonic() - self._asked_at < PROBE_EVERY or not self._asking.acquire(blocking=False):
            return
        try:
            psycopg.connect(self.conninfo, connect_timeout=PROBE_SECONDS).close()
            self.silent = False
        except psycopg.OperationalError as error:
            # A server that refuses does answer: each statement will say so by itself.
            self.silent = isinstance(error, psycopg.errors.ConnectionTimeout)
        finally:
            self._asked_at = time.monotonic()
            self._asking.release()


class BoundedConnection(psycopg.Connection[Any]):
    """A connection whose every wait ends by the request's deadline, or earlier when the server is silent."""

    liveness: Liveness | None = None

    def wait(self, gen: Generator[Any, Any, T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Raises NoAnswer, and is closed then: an answer that came later would belong to an earlier question.

        A wait with a time limit of its own, as for notifications, is left as it is: there silence is no fault.
        """
        if timeout is not None:
            return super().wait(gen, interval=interval, timeout=timeout)
        try:
            return super().wait(self._bounded(gen), interval=interval)
        except NoAnswer:
            self.close()
            raise

    def _bounded(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        """The same steps, with a look at the clock whenever nothing arrived for an interval."""
        started = time.monotonic()
        limit = min(deadline.remaining(), LONGEST_SECONDS)
        try:
            state = next(gen)
            while True:
                ready = yield state
                if not ready:
                    self._check(time.monotonic() - started, limit)
                state = gen.send(ready)
        except StopIteration as ended:
            result: T = ended.value
            return result

    def _check(self, waited: float, limit: float) -> None:
        if waited > limit:
            raise NoAnswer("no answer in time")
        if self.liveness is not None and waited > SUSPICIOUS_SECONDS:
            self.liveness.check()
