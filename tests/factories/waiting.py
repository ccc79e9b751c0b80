"""Waits for a condition with a limit, since no test sleeps and hopes.

The limit is far above what a slow machine needs: how fast it comes true is no matter of such a test.
"""

import time
from collections.abc import Callable

PAUSE = 0.05
LIMIT_SECONDS = 120.0


def until(condition: Callable[[], bool], limit: float = LIMIT_SECONDS) -> None:
    """Fails when the condition does not come true within so many seconds."""
    give_up = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < give_up, f"waited {limit} s in vain"
        time.sleep(PAUSE)
