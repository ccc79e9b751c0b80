"""Whether a process can do its work: every check has a name, all run side by side, and none holds up the answer."""

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextvars import copy_context
from pathlib import Path

from shared import deadline
from shared.errors import Refusal, Unavailable
from shared.logs import log

# Readiness is asked every few seconds, by several: a good answer of a peer holds for a moment.
AGREED_SECONDS, LIMIT_SECONDS = 1.0, 2.2
LEAST_FREE_BYTES = 64 * 1024 * 1024
# Tokens tolerate a minute; beyond this the clocks of two machines drift apart.
CLOCK_SECONDS = 10.0
# Raises what is missing, or gives several such things by name.
Check = Callable[[], Mapping[str, Refusal] | None]


class Readiness:
    """The checks of one process."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self.checks = {name: PeerCheck(name, check) for name, check in checks.items()}

    def refusals(self) -> dict[str, Refusal]:
        """What is missing, by the names of the checks; a check without an answer in time counts as missing."""
        until = time.monotonic() + min(LIMIT_SECONDS, deadline.remaining())
        for check in self.checks.values():
            check.start()
        return {name: refusal for check in self.checks.values() for name, refusal in check.result(until).items()}


class PeerCheck:
    """One check, run by one thread at a time, however many ask."""

    def __init__(self, name: str, check: Check) -> None:
        self.name, self.check = name, check
        self.lock = threading.Lock()
        self.running: threading.Thread | None = None
        self.missing: Mapping[str, Refusal] = {}
        self.ended = 0.0

    def start(self) -> None:
        """Starts the check, unless it runs already or has just said yes."""
        with self.lock:
            is_running = self.running is not None and self.running.is_alive()
            holds = not self.missing and time.monotonic() - self.ended < AGREED_SECONDS
            if not is_running and not holds:
                thread = threading.Thread(target=copy_context().run, args=[self._run], daemon=True)
                thread.start()
                # Not before: others wait for what stands here, and a thread that has not begun cannot be waited for.
                self.running = thread

    def result(self, until: float) -> Mapping[str, Refusal]:
        """What is missing."""
        running = self.running
        if running is not None:
            running.join(max(0.0, until - time.monotonic()))
            if running.is_alive():
                return {self.name: Unavailable("no_answer")}
        return self.missing

    def _run(self) -> None:
        try:
            self.missing = self.check() or {}
        except Refusal as refusal:
            self.missing = {self.name: refusal}
        except Exception as error:
            log().warning("not_ready", check=self.name, error=type(error).__name__)
            self.missing = {self.name: Unavailable("no_answer")}
        self.ended = time.monotonic()


def check_disk(folder: Path) -> None:
    """Raises Unavailable where little room is left."""
    if shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
        raise Unavailable("disk_full")


def check_clock(database_time: float) -> None:
    """Raises Unavailable where this machine's clock and the database's are apart."""
    if abs(apart := database_time - time.time()) > CLOCK_SECONDS:
        raise Unavailable("clocks_disagree", seconds=round(apart))


def collect(checks: Mapping[str, Callable[[], None]]) -> dict[str, Refusal]:
    """What is missing of several things that are asked one after the other."""
    missing = {}
    for name, check in checks.items():
        try:
            check()
        except Refusal as refusal:
            missing[name] = refusal
    return missing
