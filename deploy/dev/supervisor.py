"""Starts processes, waits until they are ready, restarts those that die, and stops all of them in order."""

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

from deploy.dev.fork_server import ForkServer
from deploy.platform.subprocess_guard import guarded

READY_LIMIT, STOP_LIMIT, PAUSE = 60.0, 15.0, 0.05
RESTARTS, WITHIN_SECONDS = 5, 60.0
LARGEST_LOG = 10_000_000


class ProcessFailed(Exception):
    """A process does not come up or does not stay up; the message carries the end of its log."""


class Process(Protocol):
    """A running process, whether forked or executed."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def kill(self) -> None: ...


class Supervised(Protocol):
    """Something that can die and be restarted."""

    name: str

    def start(self) -> None: ...
    def died(self) -> bool: ...
    def log_tail(self) -> str: ...


@dataclass
class Child:
    """One process. The supervisor holds its listening socket, so requests wait while the process restarts."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    logs: Path
    listener: socket.socket | None = None
    ready_at: str = "/ready"
    fork_server: ForkServer | None = None
    process: Process | None = None

    @property
    def log(self) -> Path:
        return self.logs / f"{self.name}.log"

    @property
    def port(self) -> int:
        assert self.listener is not None
        return int(self.listener.getsockname()[1])

    def start(self) -> None:
        self.process = self._fork(self.fork_server) if self.fork_server else self._execute()

    def _fork(self, fork_server: ForkServer) -> Process:
        return fork_server.spawn(self.name, self.command[2:], self.environment, self.log)

    def _execute(self) -> Process:
        descriptors = [self.listener.fileno()] if self.listener else []
        with self.log.open("ab") as log:
            return subprocess.Popen(
                guarded(self.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=descriptors,
                # Ctrl-C reaches the runner alone, which stops everything in order.
                start_new_session=True,
            )

    def died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def wait_until_ready(self, limit: float = READY_LIMIT) -> None:
        """Raises ProcessFailed when it dies first or takes too long."""
        deadline = time.monotonic() + limit
        while not self.ready():
            if self.died() or time.monotonic() > deadline:
                raise ProcessFailed(f"{self.name} does not start. {self.log_tail()}")
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

    def send_signal(self, sign: signal.Signals) -> None:
        if self.process is not None and not self.died():
            self.process.send_signal(sign)

    def wait_until_ended(self, deadline: float) -> bool:
        if self.process is not None:
            try:
                self.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                return False
        return True

    def log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return f"Its log, {self.log}, ends:\n" + "\n".join(lines[-12:])


def start_all(children: Sequence[Child]) -> None:
    for child in children:
        rotate(child.log)
        child.start()


def wait_for(children: Sequence[Child]) -> None:
    for child in children:
        child.wait_until_ready()


def supervise(processes: Sequence[Supervised]) -> None:
    """Restarts processes until a signal handler raises. Raises ProcessFailed when one stops too often."""
    deaths: dict[str, deque[float]] = {process.name: deque(maxlen=RESTARTS) for process in processes}
    while True:
        for process in processes:
            if process.died():
                restart(process, deaths[process.name])
        time.sleep(0.3)


def restart(process: Supervised, deaths: deque[float]) -> None:
    deaths.append(time.monotonic())
    if len(deaths) == RESTARTS and deaths[-1] - deaths[0] < WITHIN_SECONDS:
        raise ProcessFailed(f"{process.name} keeps stopping. {process.log_tail()}")
    print(f"  {process.name} stopped, started again", flush=True)
    process.start()


def stop_all(children: Sequence[Child]) -> None:
    """Stops the first process, the gateway, and then all others at once. Kills those that do not end in time."""
    for group in (children[:1], children[1:]):
        for child in group:
            child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_LIMIT
        for child in group:
            if not child.wait_until_ended(deadline):
                child.send_signal(signal.SIGKILL)
                child.wait_until_ended(time.monotonic() + STOP_LIMIT)
            if child.listener:
                child.listener.close()


def listen(port: int = 0) -> socket.socket:
    """A listening socket on the loopback interface. Raises OSError when the port is taken."""
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
