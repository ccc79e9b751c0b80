"""A process that loads the four services and their libraries once and forks each process from there.

This halves the work of a start, and code and texts lie in memory once. The fork server opens no connection and starts
no thread before it forks. The processes are children of the runner and not of the fork server, whose death ends none
of them: it forks twice, and the runner adopts what is left without a parent.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from socket import socket

from deploy.platform.database.roles import SERVICES
from deploy.platform.subprocess_guard import die_with_parent, guarded, libc

LOADED = (
    "urllib3",
    "gunicorn.app.wsgiapp",
    "gunicorn.glogging",
    "deploy.platform.web.web_worker",
    "deploy.platform.web.warm_up",
    *(f"services.{service}.worker" for service in SERVICES),
    *(f"services.{service}.api" for service in SERVICES if service != "gateway"),
)
PR_SET_NAME, LONGEST_NAME = 15, 15
PR_SET_CHILD_SUBREAPER = 36
ADOPTION_LIMIT, PAUSE = 10.0, 0.01
ROOT = Path(__file__).parents[3]


class ForkServerFailed(OSError):
    """The fork server ended before it forked."""


class ForkedProcess:
    """A process that the fork server forked and this process adopted. Its descriptor names it and no later process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.descriptor = os.pidfd_open(pid)
        self.code: int | None = None

    def poll(self) -> int | None:
        """The exit code, negative for a signal, or None while it runs."""
        return None if self._alive(0) else self.code

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises TimeoutExpired."""
        if self._alive(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return self.code or 0

    def send_signal(self, sign: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self.descriptor, sign)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _alive(self, timeout: float | None) -> bool:
        if self.code is None and select.select([self.descriptor], [], [], timeout)[0]:
            result = self._ending()
            self.code = result.si_status if result.si_code == os.CLD_EXITED else -result.si_status
            os.close(self.descriptor)
        return self.code is None

    def _ending(self) -> os.waitid_result:
        """How it ended. One that ends at once does so before its parent, and is a child of this process only then.

        Raises ChildProcessError when somebody else took note of it.
        """
        give_up = time.monotonic() + ADOPTION_LIMIT
        while True:
            try:
                result = os.waitid(os.P_PIDFD, self.descriptor, os.WEXITED)
            except ChildProcessError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(PAUSE)
            else:
                assert result is not None
                return result


class ForkServer:
    """Starts the fork server and asks it for processes."""

    name = "fork_server"

    def __init__(self, logs: Path, listeners: Sequence[socket]) -> None:
        self.log = logs / f"{self.name}.log"
        self.listeners = listeners
        self.process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """0 before the first start."""
        return self.process.pid if self.process else 0

    def start(self) -> None:
        """Returns at once, while the libraries are still loading."""
        self.stop()
        adopt_orphans(True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                guarded([sys.executable, "-m", "deploy.dev.servers.fork_server"]),
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                pass_fds=[listener.fileno() for listener in self.listeners],
                start_new_session=True,
            )

    def spawn(self, name: str, module: Sequence[str], environment: Mapping[str, str], log: Path) -> ForkedProcess:
        """Starts a process that runs the module with these arguments. Waits until the libraries are loaded.

        Raises ForkServerFailed when the fork server ends meanwhile; the next call starts another one.
        """
        if self.died():
            self.start()
        assert self.process and self.process.stdin and self.process.stdout
        request = {"name": name, "module": list(module), "environment": dict(environment), "log": str(log)}
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            pid = self.process.stdout.readline()
        except BrokenPipeError:
            pid = ""
        if not pid:
            # Its end is seen on the pipe before the kernel reports it; the next call must not take it for alive.
            self.process.kill()
            self.process.wait()
            raise ForkServerFailed(f"the fork server ended. {self.log_tail()}")
        return ForkedProcess(int(pid))

    def died(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])

    def stop(self) -> None:
        adopt_orphans(False)
        if self.process and self.process.stdin and self.process.stdout:
            # What was not yet sent to a fork server that died is lost with it.
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()


def adopt_orphans(adopt: bool) -> None:
    """Has the kernel make descendants without a parent children of this process, which then learns how they ended."""
    libc.prctl(PR_SET_CHILD_SUBREAPER, int(adopt), 0, 0, 0)


def reap_orphans(known: Collection[int]) -> None:
    """Takes note of adopted processes that ended and that nobody asks about, such as workers of a killed web server."""
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitid(os.P_ALL, 0, options)) and ended.si_pid not in known:
            os.waitpid(ended.si_pid, 0)


def main() -> None:
    """Forks one process for each line of its input. A child leaves the loop and runs its module."""
    for name in LOADED:
        importlib.import_module(name)
    load_shared_data()
    # The garbage collector leaves loaded libraries alone, so that their pages stay shared with the children.
    gc.freeze()
    runner = os.getppid()
    while line := sys.stdin.readline():
        first = os.fork()
        if first == 0:
            pid = os.fork()
            if pid == 0:
                run_as(runner, **json.loads(line))
                return
            print(pid, flush=True)
            os._exit(0)
        os.waitpid(first, 0)


def load_shared_data() -> None:
    """What every process reads and none changes: both languages' texts, zones, and WeasyPrint where it can be."""
    # Loaded late: the runner imports this module too, and has no use for them.
    from shared.documents import drawing
    from shared.fragments import LANGUAGES
    from shared.i18n import language

    for code in LANGUAGES:
        language(code)
    drawing.is_available()


def run_as(runner: int, name: str, module: list[str], environment: dict[str, str], log: str) -> None:
    """Runs as `python -m module ...` would, with its output in the log."""
    os.setsid()
    await_adoption(runner)
    die_with_parent(runner)
    libc.prctl(PR_SET_NAME, name[:LONGEST_NAME].encode(), 0, 0, 0)
    nothing, output = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = module
    runpy.run_module(module[0], run_name="__main__", alter_sys=True)


def await_adoption(runner: int) -> None:
    """Waits until the process between has ended. Exits with the runner's end."""
    deadline = time.monotonic() + ADOPTION_LIMIT
    while os.getppid() != runner and time.monotonic() < deadline:
        time.sleep(0.001)


if __name__ == "__main__":
    main()
