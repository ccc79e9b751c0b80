"""How long to wait before trying again, alike for what leaves and for what arrives."""

from datetime import timedelta
from random import SystemRandom

WAITS = (5, 30, 120, 600, 3600)
_spread = SystemRandom().uniform


def wait(attempts: int) -> timedelta:
    """How long after that many attempts the next may come; spread, so that what failed together returns apart."""
    return timedelta(seconds=WAITS[min(max(attempts, 1), len(WAITS)) - 1] * _spread(0.8, 1.2))


def pause(failures: int, longest: float = 5.0) -> float:
    """Seconds before a connection is tried again."""
    return float(min(longest, 0.1 * 2 ** min(failures, 10)) * _spread(0.5, 1.0))
