"""A process that loads the libraries of all services once and forks each service from there.

This halves the work of a start, and the libraries lie in memory once. The fork server opens no connection and starts
no thread before it forks.
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

from deploy.platform.subprocess_guard import die_with_parent, guarded, libc

LOADED = (
    "shared.web.service",
    "shared.messaging.worker",
    "urllib3",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
)
PR_SET_NAME, LONGEST_NAME = 15, 15
ROOT = Path(__file__).parents[2]


class ForkedProcess:
    """A process that the fork server forked. Its descriptor stays valid even if the kernel reuses the number."""

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


class ForkServer:
    """Starts the fork server and asks it for processes."""

    name = "fork_server"

    def __init__(self, logs: Path, listeners: Sequence[socket]) -> None:
        self.log = logs / f"{self.name}.log"
        self.listeners = listeners
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns at once, while the libraries are still loading."""
        self.stop()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                guarded([sys.executable, "-m", "deploy.dev.fork_server"]),
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                pass_fds=[listener.fileno() for listener in self.listeners],
                start_new_session=True,
            )

    def spawn(self, name: str, module: Sequence[str], environment: Mapping[str, str], log: Path) -> ForkedProcess:
        """Starts a process that runs the module with these arguments. Waits until the libraries are loaded."""
        if self.died():
            self.start()
        assert self.process and self.process.stdin and self.process.stdout
        request = {"name": name, "module": list(module), "environment": dict(environment), "log": str(log)}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return ForkedProcess(int(self.process.stdout.readline()))

    def died(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])

    def stop(self) -> None:
        if self.process and self.process.stdin and self.process.stdout:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()


def main() -> None:
    """Forks one process for each line of its input. A child leaves the loop and runs its module."""
    for name in LOADED:
        importlib.import_module(name)
    # The garbage collector leaves loaded libraries alone, so that their pages stay shared with the children.
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    server = os.getpid()
    while line := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            run_as(server, **json.loads(line))
            return
        print(pid)


def run_as(server: int, name: str, module: list[str], environment: dict[str, str], log: str) -> None:
    """Runs as `python -m module ...` would, with its output in the log."""
    os.setsid()
    die_with_parent(server)
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
