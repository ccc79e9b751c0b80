"""Starts processes, waits until they are ready, restarts those that die, and stops all of them in order.

A process that keeps dying never ends the others: it is started again after growing pauses, and the runner says so.
"""

import http.client
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.dev.servers.fork_server import ForkServer, reap_orphans
from deploy.platform.subprocess_guard import guarded

READY_LIMIT, STOP_LIMIT, PAUSE = 60.0, 15.0, 0.05
# A process that stops again and again is started after growing pauses; one that ran this long starts at once again.
FIRST_DELAY, LONGEST_DELAY, STEADY_SECONDS = 0.3, 30.0, 60.0
TICK = 0.3
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

    @property
    def pid(self) -> int: ...

    def start(self) -> None:
        """Returns at once, before the process is ready. Raises OSError or ProcessFailed when there is none to start."""

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

    @property
    def pid(self) -> int:
        """0 before the first start."""
        return self.process.pid if self.process else 0

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


class Restarter:
    """Restarts one process when it dies, at once the first time and after growing pauses when it keeps dying."""

    def __init__(self, process: Supervised) -> None:
        self.process = process
        self.failures = 0
        self.started_at = time.monotonic()
        self.next_start: float | None = None

    def tick(self) -> None:
        """To be called often. Never waits, so that the other processes are looked after meanwhile."""
        now = time.monotonic()
        if self.next_start is None and self.process.died():
            self._schedule(now)
        if self.next_start is not None and now >= self.next_start:
            self._start(now)

    def _schedule(self, now: float) -> None:
        self.failures = 0 if now - self.started_at >= STEADY_SECONDS else self.failures + 1
        delay = restart_delay(self.failures)
        self.next_start = now + delay
        if delay > TICK:
            again = f"started again in {delay:.0f} s; the others go on. {self.process.log_tail()}"
            print(f"  {self.process.name} keeps stopping, {again}", flush=True)

    def _start(self, now: float) -> None:
        self.next_start, self.started_at = None, now
        try:
            self.process.start()
        except (OSError, ProcessFailed) as error:
            print(f"  {self.process.name} was not started: {error}", flush=True)
            self._schedule(now)
        else:
            print(f"  {self.process.name} stopped, started again", flush=True)


def restart_delay(failures: int) -> float:
    """Seconds before the next start, by how often in a row the process stopped soon after its start."""
    return min(LONGEST_DELAY, FIRST_DELAY * 2 ** max(0, failures - 1)) if failures else 0.0


def supervise(processes: Sequence[Supervised]) -> None:
    """Restarts processes until a signal handler raises."""
    restarters = [Restarter(process) for process in processes]
    while True:
        for restarter in restarters:
            restarter.tick()
        reap_orphans({process.pid for process in processes})
        time.sleep(TICK)


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
