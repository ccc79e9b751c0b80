"""Keeps a set of processes alive: starts them, waits for them, starts again those that die, ends them in order."""

import http.client
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.leash import leashed
from deploy.nursery import Nursery

READY_LIMIT, STOP_LIMIT, PAUSE = 60.0, 15.0, 0.05
RESTARTS, WITHIN_SECONDS = 5, 60.0
LARGEST_LOG = 10_000_000


class Failed(Exception):
    """A process does not come up or does not stay up; the message carries its last words."""


class Process(Protocol):
    """What a child is to us, whoever forked it."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...


class Kept(Protocol):
    """What can die and be started again."""

    name: str

    def start(self) -> None: ...
    def died(self) -> bool: ...
    def last_words(self) -> str: ...


@dataclass
class Child:
    """One process. Its listening socket is ours: it is never without one, not even while it starts again."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    logs: Path
    listener: socket.socket | None = None
    ready_at: str = "/ready"
    nursery: Nursery | None = None
    process: Process | None = None

    @property
    def log(self) -> Path:
        return self.logs / f"{self.name}.log"

    @property
    def port(self) -> int:
        assert self.listener is not None
        return int(self.listener.getsockname()[1])

    def start(self) -> None:
        self.process = self._born(self.nursery) if self.nursery else self._executed()

    def _born(self, nursery: Nursery) -> Process:
        return nursery.bear(self.name, self.command[2:], self.environment, self.log)

    def _executed(self) -> Process:
        descriptors = [self.listener.fileno()] if self.listener else []
        with self.log.open("ab") as log:
            return subprocess.Popen(
                leashed(self.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=descriptors,
                # Ctrl-C is the runner's, who ends everything in order.
                start_new_session=True,
            )

    def died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def wait_until_ready(self, limit: float = READY_LIMIT) -> None:
        """Raises Failed when it dies first or takes too long."""
        give_up = time.monotonic() + limit
        while not self.ready():
            if self.died() or time.monotonic() > give_up:
                raise Failed(f"{self.name} does not start. {self.last_words()}")
            time.sleep(PAUSE)

    def ready(self) -> bool:
        if self.listener is None:
            return not self.died()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", self.ready_at)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def end(self, sign: signal.Signals) -> None:
        if self.process is not None and not self.died():
            self.process.send_signal(sign)

    def gone(self, give_up: float) -> bool:
        if self.process is not None:
            try:
                self.process.wait(max(0.0, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                return False
        return True

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return f"Its log, {self.log}, ends:\n" + "\n".join(lines[-12:])


def start_all(children: Sequence[Child]) -> None:
    for child in children:
        rotate(child.log)
        child.start()


def wait_for(children: Sequence[Child]) -> None:
    for child in children:
        child.wait_until_ready()


def keep(all_kept: Sequence[Kept]) -> None:
    """Until a signal raises something, or one stops too often, which raises Failed."""
    deaths: dict[str, deque[float]] = {kept.name: deque(maxlen=RESTARTS) for kept in all_kept}
    while True:
        for kept in all_kept:
            if kept.died():
                start_again(kept, deaths[kept.name])
        time.sleep(0.3)


def start_again(kept: Kept, deaths: deque[float]) -> None:
    deaths.append(time.monotonic())
    if len(deaths) == RESTARTS and deaths[-1] - deaths[0] < WITHIN_SECONDS:
        raise Failed(f"{kept.name} keeps stopping. {kept.last_words()}")
    print(f"  {kept.name} stopped, started again", flush=True)
    kept.start()


def stop_all(children: Sequence[Child]) -> None:
    """The first, which is the door, and then the rest at once; each finishes what it has begun, or is killed."""
    for together in (children[:1], children[1:]):
        for child in together:
            child.end(signal.SIGTERM)
        give_up = time.monotonic() + STOP_LIMIT
        for child in together:
            if not child.gone(give_up):
                child.end(signal.SIGKILL)
                child.gone(time.monotonic() + STOP_LIMIT)
            if child.listener:
                child.listener.close()


def listen(port: int = 0) -> socket.socket:
    """On the loopback only. Raises OSError when the port is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def rotate(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.old"))
