"""Starts the services of a compose project as an engine would: in order, with their own files, network and user.

Each has namespaces of its own (mounts, network, processes), so names, ports, addresses, volumes and rights are the
files' own. This needs root and the programs `unshare`, `nsenter` and `ip`.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from tests.factories.environment.containers.compose_file import active_services
from tests.factories.environment.containers.image import Image
from tests.factories.environment.servers.runner import ROOT

HERE = Path(__file__).parent
PAUSE, CHECK_SECONDS = 0.2, 0.5
PROGRAMS = ("unshare", "nsenter", "ip", "mount")
# What the machine lends to every container, unchanged.
LENT = ("/usr", "/etc", "/sys")


class ContainerFailed(Exception):
    """A container ended, or was not healthy in time; the message carries the end of its log."""


def missing() -> str:
    """Why this machine cannot play containers; empty when it can."""
    if os.geteuid() != 0:
        return "containers are played by root alone"
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "ip", "link", "add", "name", "trial", "type", "bridge"]
    trial = subprocess.run(command, capture_output=True, text=True, check=False)
    return trial.stderr.strip()


@dataclass
class Container:
    """One service. `pid` is the machine's number of its first process."""

    name: str
    service: Mapping[str, Any]
    image: Image
    address: str
    log: Path
    process: subprocess.Popen[str] | None = None
    pid: int = 0
    healthy: bool = False
    next_check: float = 0.0
    complaint: str = ""

    @property
    def environment(self) -> dict[str, str]:
        home = {"HOME": "/root" if self.image.uid == 0 else f"/home/{self.image.user}"}
        return {**home, **self.image.environment, **self.service.get("environment", {})}

    @property
    def command(self) -> list[str]:
        return [*(self.service.get("entrypoint") or self.image.entrypoint), *self.service.get("command", [])]

    def code(self) -> int | None:
        return self.process.poll() if self.process else None

    def enter(self, *command: str) -> list[str]:
        """The command line that runs a command inside, as `docker compose exec` does."""
        return [
            *("nsenter", "--target", str(self.pid), "--mount", "--net", "--uts", "--pid", "--root"),
            *(
                "--setuid",
                str(self.image.uid),
                "--setgid",
                str(self.image.uid),
                "--",
                "/usr/bin/env",
                "-i",
                "-C",
                self.image.workdir,
            ),
            *(f"{name}={value}" for name, value in self.environment.items()),
            *command,
        ]

    def run(self, *command: str, limit: float = 60.0) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.enter(*command), capture_output=True, text=True, check=False, timeout=limit)

    def check_health(self) -> None:
        """Asks at its own pace, whatever the file says, so that the tests take no longer than the service."""
        if self.healthy or time.monotonic() < self.next_check:
            return
        check = self.service["healthcheck"]["test"]
        assert check[0] == "CMD", check
        try:
            checked = self.run(*check[1:])
            self.healthy, self.complaint = checked.returncode == 0, (checked.stdout + checked.stderr)[-500:]
        except subprocess.TimeoutExpired:
            self.complaint = "its check took too long"
        self.next_check = time.monotonic() + CHECK_SECONDS

    def log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])


@dataclass
class Engine:
    """A project in a folder: volumes, logs, and the network with the machine's own end of it."""

    project: Mapping[str, Any]
    images: Mapping[str, Image]
    folder: Path
    containers: dict[str, Container] = field(default_factory=dict)
    machine: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self.network = IPv4Network(self.project["networks"]["default"]["ipam"]["config"][0]["subnet"])
        addresses = [str(address) for address in self.network.hosts()]
        self.gateway, free = addresses[0], iter(addresses[1:])
        for name, service in active_services(self.project).items():
            image, log = self.images[service["image"]], self.folder / f"{name}.log"
            self.containers[name] = Container(name, service, image, next(free), log)

    def start_machine(self) -> None:
        """The namespace that stands for the machine, with the bridge that all containers are connected to."""
        hosts = self.folder / "machine.hosts"
        # Browsers resolve every name under localhost to their own machine.
        hosts.write_text(f"127.0.0.1 localhost {' '.join(self._aliases('.localhost'))}\n")
        script = 'mount --bind "$0" /etc/hosts && exec "$@"'
        self.machine = subprocess.Popen(
            [
                "unshare",
                "--net",
                "--mount",
                "sh",
                "-c",
                script,
                str(hosts),
                sys.executable,
                "-S",
                str(HERE / "ports.py"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        while Path(f"/proc/{self.machine.pid}/ns/net").readlink() == Path("/proc/self/ns/net").readlink():
            time.sleep(0.01)
        self._ip("link set lo up", "link add bridge0 type bridge", "link set bridge0 up")
        self._ip(f"addr add {self.gateway}/{self.network.prefixlen} dev bridge0")

    def on_machine(self, *command: str) -> list[str]:
        """The command line that runs a command where the published ports are."""
        assert self.machine
        return [
            "nsenter",
            "--target",
            str(self.machine.pid),
            "--net",
            "--mount",
            "--",
            "env",
            "-C",
            str(ROOT),
            *command,
        ]

    def up(self, limit: float) -> None:
        """Starts what is due until all runs, is healthy or has done its work. Raises ContainerFailed."""
        deadline = time.monotonic() + limit
        while not all(self._has_come_up(container) for container in self.containers.values()):
            for container in self.containers.values():
                if container.process is None:
                    self._start_if_due(container)
                elif "healthcheck" in container.service:
                    container.check_health()
                self._check(container)
            if time.monotonic() > deadline:
                late = [one for one in self.containers.values() if not self._has_come_up(one)]
                raise ContainerFailed(
                    "\n".join(f"{one.name} is not up: {one.complaint} {one.log_tail()}" for one in late if one.process)
                )
            time.sleep(PAUSE)

    def down(self) -> None:
        """Stops everything; what does not stop in time is killed with all its processes."""
        running = [one for one in reversed(self.containers.values()) if one.process]
        for container in running:
            if container.code() is None:
                # The first process passes it on; it is the only one that knows the command.
                os.kill(container.pid, signal.SIGTERM)
        deadline = time.monotonic() + 15
        for container in running:
            assert container.process
            try:
                container.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                container.process.kill()
                container.process.wait(15)
            assert container.process.stdin and container.process.stdout
            container.process.stdin.close()
            container.process.stdout.close()
        if self.machine and self.machine.stdin and self.machine.stdout:
            self.machine.stdin.close()
            self.machine.wait(10)
            self.machine.stdout.close()

    def _has_come_up(self, container: Container) -> bool:
        if "healthcheck" in container.service:
            return container.healthy
        return container.process is not None and (container.code() == 0 or self._stays(container))

    @staticmethod
    def _stays(container: Container) -> bool:
        return bool(container.service["restart"] == "unless-stopped")

    def _check(self, container: Container) -> None:
        code = container.code()
        if code is not None and (code != 0 or self._stays(container)):
            raise ContainerFailed(f"{container.name} ended with {code}: {container.log_tail()}")

    def _start_if_due(self, container: Container) -> None:
        for name, wanted in container.service.get("depends_on", {}).items():
            other = self.containers[name]
            match wanted["condition"]:
                case "service_healthy":
                    due = other.healthy
                case "service_completed_successfully":
                    due = other.code() == 0
                case condition:
                    raise ValueError(condition)
            if not due:
                return
        self._start(container)

    def _start(self, container: Container) -> None:
        root = self.folder / "roots" / container.name
        self._make_root(container, root)
        told = {
            "name": container.service.get("hostname", container.name),
            "root": str(root),
            "mounts": [*self._lent(container), *self._volumes(container)],
            "workdir": container.image.workdir,
            "uid": container.image.uid,
            "command": container.command,
            "environment": container.environment,
        }
        spaces = ("--mount", "--net", "--uts", "--pid", "--fork", "--kill-child")
        with container.log.open("ab") as log:
            container.process = subprocess.Popen(
                ["unshare", *spaces, sys.executable, "-S", "-I", str(HERE / "inside.py"), json.dumps(told)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        assert container.process.stdin and container.process.stdout
        container.pid = int(container.process.stdout.readline())
        self._connect(container)
        container.process.stdin.write("\n")
        container.process.stdin.flush()
        for published in container.service.get("ports", []):
            self._publish(published, container)

    def _make_root(self, container: Container, root: Path) -> None:
        """Its own folders, owned as the image says; all else of the machine is lent."""
        root.mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (root / name).symlink_to(f"usr/{name}")
        for place, owner in {f"/home/{container.image.user}": container.image.uid, **container.image.folders}.items():
            (root / place.lstrip("/")).mkdir(parents=True)
            os.chown(root / place.lstrip("/"), owner, owner)

    def _lent(self, container: Container) -> Iterator[tuple[str, str, str]]:
        for place in LENT:
            yield place, place, "ro"
        packages = Path(sys.prefix).resolve()
        for place in {str(packages), sys.base_prefix} - {"/usr"}:
            yield place, place, "ro"
        hosts, users = self.folder / "hosts", self.folder / "passwd"
        hosts.write_text("127.0.0.1 localhost\n" + "".join(self._host_lines()))
        known = {name: uid for image in self.images.values() for name, uid in image.users.items()}
        users.write_text("".join(f"{name}:x:{uid}:{uid}::/home/{name}:/bin/sh\n" for name, uid in known.items()))
        yield str(hosts), "/etc/hosts", "ro"
        yield str(users), "/etc/passwd", "ro"
        if container.image.files.exists():
            yield str(container.image.files), container.image.workdir, "ro"

    def _host_lines(self) -> Iterator[str]:
        for container in self.containers.values():
            names = [container.name, *self._aliases_of(container)]
            yield f"{container.address} {' '.join(names)}\n"

    @staticmethod
    def _aliases_of(container: Container) -> list[str]:
        networks = container.service.get("networks") or {}
        return list((networks.get("default") or {}).get("aliases", []))

    def _aliases(self, ending: str) -> list[str]:
        every = [alias for container in self.containers.values() for alias in self._aliases_of(container)]
        return [alias for alias in every if alias.endswith(ending)]

    def _volumes(self, container: Container) -> Iterator[tuple[str, str, str]]:
        for written in container.service.get("volumes", []):
            source, target, *mode = written.split(":")
            if source.startswith((".", "/")):
                place = Path(source).absolute()
            else:
                assert source in self.project["volumes"], f"undeclared volume {source}"
                place = self._volume(source, container.image.folders.get(target, 0))
            yield str(place), target, *(mode or ["rw"])

    def _volume(self, name: str, owner: int) -> Path:
        """A new volume belongs to whom the image's folder belongs to, and to root where the image has none."""
        place = self.folder / "volumes" / name
        if not place.exists():
            place.mkdir(parents=True)
            os.chown(place, owner, owner)
        return place

    def _connect(self, container: Container) -> None:
        number = container.address.rpartition(".")[2]
        self._ip(f"link add veth{number} type veth peer name eth0 netns {container.pid}",
                 f"link set veth{number} master bridge0 up")  # fmt: skip
        inside = f"link set lo up\naddr add {container.address}/{self.network.prefixlen} dev eth0\nlink set eth0 up\n"
        inside += f"route add default via {self.gateway}\n"
        enter = ["nsenter", "--target", str(container.pid), "--net", "--", "ip", "-batch", "-"]
        subprocess.run(enter, input=inside, text=True, check=True)

    def _publish(self, published: str, container: Container) -> None:
        assert self.machine and self.machine.stdin and self.machine.stdout
        *address, port, inner = published.split(":")
        self.machine.stdin.write(f"{''.join(address) or '0.0.0.0'} {port} {container.address} {inner}\n")  # noqa: S104
        self.machine.stdin.flush()
        assert self.machine.stdout.readline() == "listens\n"

    def _ip(self, *commands: str) -> None:
        subprocess.run(self.on_machine("ip", "-batch", "-"), input="\n".join(commands) + "\n", text=True, check=True)


@contextmanager
def playing(project: Mapping[str, Any], images: Mapping[str, Image], folder: Path) -> Iterator[Engine]:
    """The project with nothing started yet; everything is stopped at the end."""
    engine = Engine(project, images, folder)
    engine.start_machine()
    try:
        yield engine
    finally:
        engine.down()
