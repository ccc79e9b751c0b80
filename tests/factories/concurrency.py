"""Acts that happen at one moment."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread
from typing import Any

START_LIMIT, END_LIMIT = 20, 60


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Runs all of them at the same moment, each in a thread of its own; refusals are results, in the given order."""
    barrier = Barrier(len(acts), timeout=20)
    results: list[object] = [None] * len(acts)

    def run(index: int) -> None:
        barrier.wait(START_LIMIT)
        try:
            results[index] = acts[index]()
        except Exception as error:
            results[index] = error

    threads = [Thread(target=run, args=[index], daemon=True) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(END_LIMIT)
    assert not any(thread.is_alive() for thread in threads), "an act did not end in time"
    return results


def together(*acts: Callable[[], Any]) -> list[int]:
    """The statuses of requests made at one moment, sorted."""
    answers: list[Any] = at_once(acts)
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return sorted(answer.status_code for answer in answers)
