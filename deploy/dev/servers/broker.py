"""A private RabbitMQ from the distribution's package, on the loopback interface, with its own ports and folder.

The package's own command changes the user and leaves a name server (epmd) running. Here the name server and the
virtual machine are children of this process.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.dev.servers.postgres import free_port
from deploy.platform.subprocess_guard import guarded

SERVER = Path(os.environ.get("MAHJAR_RABBITMQ", "/usr/lib/rabbitmq/bin/rabbitmq-server"))
NODE = "mahjar@localhost"
# It starts in five seconds, and in more than sixty where others keep all cores busy.
START_LIMIT, STOP_LIMIT, PAUSE = 150.0, 30.0, 0.05
SETTLED_SECONDS = 6.0
# The broker takes connections a moment before its queues have elected their leaders.
COMPLETE = b"Server startup complete"
GREETING = b"AMQP\x00\x00\x09\x01"
# Loopback for the nodes' own protocol, no console, and no spinning while idle.
ARGUMENTS = "-kernel inet_dist_use_interface {127,0,0,1} -noinput +sbwt none +sbwtdcpu none +sbwtdio none +S 2:2"

CONFIGURATION = """
log.file = false
log.console = true
disk_free_limit.absolute = 50MB
"""


class BrokerFailed(Exception):
    """It is not installed or does not start; the message says which."""


def available() -> bool:
    return SERVER.exists() and shutil.which("epmd") is not None


class Broker:
    """One node in one folder, on the same ports for as long as the object lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.port, self.nodes_port, self.names_port = free_port(), free_port(), free_port()
        self.names: subprocess.Popen[bytes] | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def log(self) -> Path:
        return self.folder / "broker.log"

    def start(self) -> None:
        """Returns once the broker answers, with all durable messages. Raises BrokerFailed."""
        if not available():
            raise BrokerFailed("RabbitMQ is not installed: apt-get install rabbitmq-server")
        self._write_configuration()
        if self.names is None:
            self.names = self._start_process("epmd", "-address", "127.0.0.1", "-port", str(self.names_port))
        self.log.unlink(missing_ok=True)
        self.process = self._start_process(str(SERVER))
        deadline = time.monotonic() + START_LIMIT
        while not (self.answers() and COMPLETE in self.log.read_bytes()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise BrokerFailed(f"RabbitMQ does not start: {self._log_tail()}")
            time.sleep(PAUSE)

    def stop(self) -> None:
        """Stops the broker in order, and its name server."""
        self._signal_and_wait(signal.SIGTERM)
        if self.names is not None:
            self.names.kill()
            self.names.wait()
            self.names = None

    def kill(self) -> None:
        """Kills the broker; `start` starts it again on the same data."""
        self._signal_and_wait(signal.SIGKILL)

    def wait_until_durable(self) -> None:
        """Waits until every queue would survive a kill.

        RabbitMQ stores the leader of a new quorum queue up to five seconds late. After a kill before that, the queue
        has no leader for good.
        """
        while any(self._file_clock() - created < SETTLED_SECONDS for created in self._queue_creation_times()):
            time.sleep(PAUSE)

    def _file_clock(self) -> float:
        """The hour by which the file system dates its files; it need not be this process's."""
        mark = self.folder / "hour"
        mark.touch()
        return mark.stat().st_mtime

    def _queue_creation_times(self) -> list[float]:
        members = self.folder / "mnesia" / NODE / "quorum" / NODE
        return [config.stat().st_mtime for config in members.glob("*/config")]

    def pause(self) -> None:
        """Freezes the broker until `resume`: connections stay open and silent. Raises TimeoutError."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        # The signal returns before each thread has stopped; one that runs may still confirm.
        give_up = time.monotonic() + STOP_LIMIT
        while not is_stopped(self.process.pid):
            if time.monotonic() > give_up:
                raise TimeoutError("the broker does not stop")
            time.sleep(PAUSE)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def answers(self) -> bool:
        """Whether the broker greets in AMQP; an open port alone is not enough."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(GREETING)
                return connection.recv(1) == b"\x01"
        except OSError:
            return False

    def _signal_and_wait(self, sign: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(sign)
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _write_configuration(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / "plugins").write_text("[].\n")
        (self.folder / "env.conf").touch()
        (self.folder / "rabbitmq.conf").write_text(CONFIGURATION)

    def _start_process(self, *command: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                guarded(command),
                env={**os.environ, **self._environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        folder = str(self.folder)
        return {
            "HOME": folder,
            "ERL_EPMD_PORT": str(self.names_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.nodes_port),
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/env.conf",
            # With this set the script becomes the virtual machine instead of watching over it.
            "RABBITMQ_ALLOW_INPUT": "yes",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ARGUMENTS,
        }

    def _log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])


def main() -> None:
    """Runs a broker in the given folder until a signal."""
    with Broker(Path(sys.argv[1])) as broker:
        print(broker.url, flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()


def is_stopped(pid: int) -> bool:
    """Whether every thread of a process has stopped, as /proc/PID/task/TID/stat says."""
    states = [task.read_text().rpartition(")")[2].split()[0] for task in Path(f"/proc/{pid}/task").glob("*/stat")]
    return bool(states) and set(states) == {"T"}
