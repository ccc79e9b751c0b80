"""Waits for a condition with a limit, since no test sleeps and hopes."""

import time
from collections.abc import Callable

PAUSE = 0.05


def until(condition: Callable[[], bool], limit: float = 10.0) -> None:
    """Fails when the condition does not come true within so many seconds."""
    give_up = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < give_up, f"waited {limit} s in vain"
        time.sleep(PAUSE)
