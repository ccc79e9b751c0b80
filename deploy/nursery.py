"""A process that has loaded what all services need and forks each of them from there.

A start takes half the work of eight interpreters that load the same libraries, and what is loaded once lies in memory
once. Nothing is opened before the fork: no connection, no thread.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from socket import socket

from deploy.leash import follow, leashed, libc

LOADED = (
    "shared.web.service.service.service",
    "shared.messaging.worker",
    "shared.client",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
)
PR_SET_NAME, LONGEST_NAME = 15, 15
ROOT = Path(__file__).parent.parent


class Fosterling:
    """A process that another one forked: known by its descriptor, which no later process can be mistaken for."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self.descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            self.descriptor = -1

    def poll(self) -> int | None:
        return None if self._alive(0) else 0

    def wait(self, timeout: float | None = None) -> int:
        if self._alive(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return 0

    def send_signal(self, sign: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self.descriptor, sign)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _alive(self, timeout: float | None) -> bool:
        if self.descriptor >= 0 and select.select([self.descriptor], [], [], timeout)[0]:
            os.close(self.descriptor)
            self.descriptor = -1
        return self.descriptor >= 0


class Nursery:
    """The runner's side of it."""

    name = "nursery"

    def __init__(self, logs: Path, listeners: Sequence[socket]) -> None:
        self.log = logs / f"{self.name}.log"
        self.listeners = listeners
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns at once; the loading goes on."""
        self.stop()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                leashed([sys.executable, "-m", "deploy.nursery"]),
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                pass_fds=[listener.fileno() for listener in self.listeners],
                start_new_session=True,
            )

    def bear(self, name: str, module: Sequence[str], environment: Mapping[str, str], log: Path) -> Fosterling:
        """A new process that runs the module with those words; waits until the libraries are loaded."""
        if self.died():
            self.start()
        assert self.process and self.process.stdin and self.process.stdout
        birth = {"name": name, "module": list(module), "environment": dict(environment), "log": str(log)}
        self.process.stdin.write(json.dumps(birth) + "\n")
        self.process.stdin.flush()
        return Fosterling(int(self.process.stdout.readline()))

    def died(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])

    def stop(self) -> None:
        if self.process and self.process.stdin and self.process.stdout:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()


def main() -> None:
    """Forks until its input ends. Every child comes out of the loop and becomes what it was born for."""
    for name in LOADED:
        importlib.import_module(name)
    # What is loaded stays loaded: the collector need not look at it, and so does not copy it.
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    nursery = os.getpid()
    while line := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            become(nursery, **json.loads(line))
            return
        print(pid)


def become(nursery: int, name: str, module: list[str], environment: dict[str, str], log: str) -> None:
    """As `python -m module ...` would be, with its output in the log."""
    os.setsid()
    follow(nursery)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    libc.prctl(PR_SET_NAME, name[:LONGEST_NAME].encode(), 0, 0, 0)
    nothing, output = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = module
    runpy.run_module(module[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
