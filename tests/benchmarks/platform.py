"""The real platform on free ports and a passing folder, started twice: the second start is one of the figures."""

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg

from deploy.demo import demo_data
from deploy.dev.run import prepare_schemas
from deploy.dev.servers.fork_server import ForkServer
from deploy.dev.servers.postgres import Postgres
from deploy.dev.stack import ROOT, Stack, build, listeners_on
from deploy.dev.supervisor import Child, listen, start_all, stop_all, wait_for
from deploy.platform.data_folder import DataFolder
from deploy.platform.database.roles import DATABASE, connect_as_admin
from shared.database.db import Database
from shared.documents import fonts
from shared.identity.crypto import Keys
from tests.benchmarks import meter

PEOPLE = "300"
# Out of git: raw lines of every run, and fonts once cut.
RESULTS = ROOT / ".bench"
QUIET_SECONDS = 4.0
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass
class BenchPlatform:
    """Everything a workload may lay hands on."""

    folder: DataFolder
    server: Postgres
    urls: Mapping[str, str]
    stack: Stack
    fork_server: ForkServer
    started_in: float

    @property
    def postgres(self) -> int:
        """The process all of PostgreSQL descends from."""
        assert self.server.process is not None
        return self.server.process.pid

    def port(self, service: str) -> int:
        """Where an inner service answers."""
        return next(child.port for child in self.stack.services if child.name == service)

    def pid(self, name: str) -> int:
        """A process of the platform by its name in the logs."""
        return pid_of(next(child for child in self.stack.supervised if child.name == name))

    def keys(self, name: str) -> Keys:
        """A service's own keys, for what the bench says in its name."""
        return Keys(self.folder.keys, name)

    @contextmanager
    def admin(self) -> Iterator[psycopg.Connection]:
        """Looks past every wall, to count."""
        with connect_as_admin(self.server.admin_url, DATABASE) as connection:
            yield connection

    @contextmanager
    def database(self, service: str) -> Iterator[Database]:
        """A service's database as its own role."""
        made = Database(self.urls[service], pool_size=2)
        yield made
        made.engine.dispose()

    @contextmanager
    def web(self, name: str, application: str, **told: str) -> Iterator[Child]:
        """One more web process, served exactly as the services are."""
        listener = listen()
        environment = {**self.stack.gateway.environment, "MAHJAR_DATABASE_URL": self.urls["consular"], **told}
        served = [
            "-c",
            str(ROOT / "deploy/platform/web/gunicorn_conf.py"),
            "--bind",
            f"fd://{listener.fileno()}",
            application,
        ]
        command = [self.stack.gateway.command[0], "-m", "gunicorn", *served]
        child = Child(name, command, environment, self.folder.logs, listener, "/health")
        with running([child]):
            yield child

    def weight(self) -> dict[str, float]:
        """Proportional MiB of each part of the platform."""
        assert self.fork_server.process is not None
        parts = {child.name: meter.memory(pid_of(child)) for child in self.stack.supervised}
        shared = {"fork_server": meter.memory(self.fork_server.process.pid, alone=True)}
        return {**parts, **shared, "postgresql": meter.memory(self.postgres)}


def pid_of(child: Child) -> int:
    """Of a child that runs."""
    assert child.process is not None
    return child.process.pid


@contextmanager
def running(children: list[Child]) -> Iterator[None]:
    """Some more processes, ready, and gone in the end."""
    try:
        start_all(children)
        wait_for(children)
        yield
    finally:
        stop_all(children)


@contextmanager
def executor() -> Iterator[ProcessPoolExecutor]:
    """A process of its own for whoever drives windows, so that no two share an interpreter."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


@contextmanager
def bench_platform() -> Iterator[BenchPlatform]:
    """Furnished once, then started again as on any other day."""
    for name in ("DATABASE_URL", "BUS_URL", "MAHJAR_PUBLIC_URL"):
        os.environ.pop(name, None)
    os.environ.setdefault("MAHJAR_PEOPLE", PEOPLE)
    # The crowd of a rush comes from as many homes, as a proxy in front would say.
    os.environ.setdefault("MAHJAR_TRUSTED_PROXIES", "127.0.0.0/8")
    with tempfile.TemporaryDirectory(prefix="mahjar-bench-") as path:
        folder = DataFolder(Path(path) / "data")
        keep_fonts(folder)
        print("first start", flush=True)
        with Postgres(folder.postgres) as server:
            demo_data.load(server.admin_url, prepare_schemas(folder, server.admin_url), folder.secrets()["session"])
            prepare_clock(server)
        os.environ["MAHJAR_FONTS"] = str(folder.fonts)
        print("second start", flush=True)
        with started(folder) as running_now:
            yield running_now


def keep_fonts(folder: DataFolder) -> None:
    """Cutting them takes longer than all the rest, and they are always the same."""
    RESULTS.joinpath("fonts").mkdir(parents=True, exist_ok=True)
    folder.path.mkdir(mode=0o700)
    folder.fonts.symlink_to(RESULTS / "fonts")
    fonts.prepare(folder.fonts)


def prepare_clock(server: Postgres) -> None:
    """From the next start on PostgreSQL remembers when each transaction committed."""
    with connect_as_admin(server.admin_url) as connection:
        connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")


@contextmanager
def started(folder: DataFolder) -> Iterator[BenchPlatform]:
    """As the runner does it, less the port people know."""
    began = time.monotonic()
    with ExitStack() as ending:
        ending.enter_context(folder.lock())
        listeners = listeners_on(0)
        fork_server = ForkServer(folder.logs, list(listeners.values()))
        ending.callback(fork_server.stop)
        fork_server.start()
        server = ending.enter_context(Postgres(folder.postgres))
        urls = prepare_schemas(folder, server.admin_url)
        stack = build(folder, urls, listeners, fork_server)
        ending.callback(stop_all, stack.supervised)
        start_all(stack.supervised)
        demo_data.load(server.admin_url, urls, folder.secrets()["session"])
        wait_for(stack.supervised)
        made = BenchPlatform(folder, server, urls, stack, fork_server, time.monotonic() - began)
        wait_for_jobs(made)
        yield made


def wait_for_jobs(made: BenchPlatform) -> None:
    """What the workers do once a day they do after a start; rows are counted and recorded afterwards."""
    events, since = -1, time.monotonic()
    while time.monotonic() - since < QUIET_SECONDS:
        time.sleep(0.2)
        with made.admin() as admin:
            (now,) = admin.execute("SELECT count(*) FROM consular.event").fetchone() or (0,)
        if now != events:
            events, since = now, time.monotonic()


def durability(made: BenchPlatform) -> dict[str, Any]:
    """What PostgreSQL promises while we measure, and its version."""
    with made.admin() as connection:
        settings = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [[*DURABLE, "server_version"]]
        )
        return dict(settings.fetchall())
