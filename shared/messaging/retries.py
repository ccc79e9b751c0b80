"""How long to wait before trying again, alike for what leaves and for what arrives."""

from datetime import timedelta
from random import SystemRandom

RETRY_DELAYS = (5, 30, 120, 600, 3600)
_jitter = SystemRandom().uniform


def retry_delay(attempts: int) -> timedelta:
    """How long after that many attempts the next may come; spread, so that what failed together returns apart."""
    return timedelta(seconds=RETRY_DELAYS[min(max(attempts, 1), len(RETRY_DELAYS)) - 1] * _jitter(0.8, 1.2))


def reconnect_delay(failures: int, max_seconds: float = 5.0) -> float:
    """Seconds before a connection is tried again."""
    return float(min(max_seconds, 0.1 * 2 ** min(failures, 10)) * _jitter(0.5, 1.0))
