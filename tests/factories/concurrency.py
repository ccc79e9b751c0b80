"""Acts that happen at one moment."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread
from typing import Any

from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

START_LIMIT, END_LIMIT = 120, 300
TRIES = 30


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Runs all of them at the same moment, each in a thread of its own; refusals are results, in the given order.

    An act that found the database busy has changed nothing, and is tried again: a slow machine changes no result.
    """
    barrier = Barrier(len(acts), timeout=120)
    results: list[object] = [None] * len(acts)

    def run(index: int) -> None:
        barrier.wait(START_LIMIT)
        for _ in range(TRIES):
            results[index] = _result(acts[index])
            if not _is_busy(results[index]):
                break

    threads = [Thread(target=run, args=[index], daemon=True) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(END_LIMIT)
    assert not any(thread.is_alive() for thread in threads), "an act did not end in time"
    return results


def _result(act: Callable[[], object]) -> object:
    try:
        return act()
    except Exception as error:
        return error


def _is_busy(result: object) -> bool:
    """Whether no connection or no lock was to be had in time. A deadlock is not of this kind."""
    return isinstance(result, NoConnectionFree) or (
        isinstance(result, OperationalError) and isinstance(result.orig, LockNotAvailable)
    )


def together(*acts: Callable[[], Any]) -> list[int]:
    """The statuses of requests made at one moment, sorted."""
    answers: list[Any] = at_once(acts)
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return sorted(answer.status_code for answer in answers)
