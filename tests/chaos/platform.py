"""The whole platform as real processes in a folder of its own, and a hand that kills any of them at any moment."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from sqlalchemy import make_url

from deploy.demo import demo_data
from deploy.dev.servers.broker import Broker
from deploy.dev.servers.fork_server import ForkServer
from deploy.dev.servers.postgres import Postgres
from deploy.dev.stack import Stack, build, listeners_on
from deploy.dev.supervisor import Child, start_all, stop_all, wait_for
from deploy.platform.data_folder import DataFolder
from deploy.platform.database.migrate import migrate_all
from deploy.platform.database.roles import SERVICES, prepare
from shared.documents import fonts
from shared.identity.actor import PARTNERS
from shared.identity.crypto import Keys
from tests.factories.environment.servers.fault_proxy import FaultProxy, fault_proxy

# Of ten kills; the rest fall on web services and workers alike. The relay lives in the worker.
BROKER_SHARE, DATABASE_SHARE = 0.1, 0.1


@dataclass
class Platform:
    """What runs. Everything is started by one thread, which outlives it."""

    folder: DataFolder
    postgres: Postgres
    broker: Broker | None
    stack: Stack
    link: FaultProxy | None = None

    def __post_init__(self) -> None:
        self.restarts = 0

    @property
    def keys(self) -> Keys:
        """The gateway's, in whose name the driver asks."""
        return Keys(self.folder.keys, "gateway")

    def address(self, service: str) -> str:
        """Where a service answers."""
        child = self.child(service)
        return f"http://127.0.0.1:{child.port}"

    def child(self, name: str) -> Child:
        return next(child for child in self.stack.supervised if child.name == name)

    def suspend(self, name: str) -> None:
        """Nothing of it moves, and its sockets stay open."""
        self._signal_tree(name, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """It goes on as if nothing had been."""
        self._signal_tree(name, signal.SIGCONT)

    def _signal_tree(self, name: str, sign: signal.Signals) -> None:
        if name == "broker":
            assert self.broker is not None
            (self.broker.pause if sign is signal.SIGSTOP else self.broker.resume)()
            return
        root = psutil.Process(self.postgres.pid if name == "database" else self.child(name).pid)
        for process in [root, *root.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(sign)

    def keep(self) -> None:
        """Starts again whatever has died, as the runner does."""
        for child in self.stack.supervised:
            if child.died():
                self.restarts += 1
                child.start()

    def kill(self, name: str) -> None:
        """As the kernel does when memory is short: without a word."""
        if name == "broker":
            assert self.broker is not None
            self.broker.kill()
            self.broker.start()
        elif name == "database":
            self.postgres.kill()
            self.postgres.start_and_wait()
        else:
            child = self.child(name)
            if child.process is not None:
                child.process.kill()
                child.process.wait(30)

    def log_tail(self) -> str:
        """The ends of all logs."""
        return "\n\n".join(child.log_tail() for child in self.stack.supervised)


@contextmanager
def running(path: Path, with_broker: bool, font_cache: Path, through_link: bool = False) -> Iterator[Platform]:
    """The platform with demo data, until the end of the block. `through_link`: the broker is behind a proxy."""
    folder = DataFolder(path)
    path.mkdir(parents=True, exist_ok=True)
    folder.fonts.symlink_to(font_cache)
    with ExitStack() as ending:
        patch = ending.enter_context(pytest.MonkeyPatch.context())
        listeners = listeners_on(0)
        for listener in listeners.values():
            ending.callback(listener.close)
        # One process loads the libraries for all, and for each that is started again.
        fork_server = ForkServer(folder.logs, list(listeners.values()))
        ending.callback(fork_server.stop)
        folder.logs.mkdir(exist_ok=True)
        fork_server.start()
        postgres = ending.enter_context(Postgres(folder.postgres))
        broker = ending.enter_context(Broker(path / "broker")) if with_broker else None
        link = None
        if broker:
            address = make_url(broker.url)
            assert address.host and address.port
            link = ending.enter_context(fault_proxy(address.host, address.port)) if through_link else None
            patch.setenv("BUS_URL", broker.url.replace(f":{address.port}", f":{link.port}") if link else broker.url)
        else:
            patch.delenv("BUS_URL", raising=False)
        patch.setenv("MAHJAR_PEOPLE", "1000" if applications_wanted() <= 100 else "4000")
        urls = prepare(postgres.admin_url, folder.postgres)
        migrate_all(postgres.admin_url)
        folder.create_keys((*SERVICES, *PARTNERS))
        fonts.prepare(folder.fonts)
        demo_data.load(postgres.admin_url, urls, folder.secrets()["session"])
        stack = build(folder, urls, listeners, fork_server)
        ending.callback(stop_all, stack.supervised)
        start_all(stack.supervised)
        wait_for(stack.supervised)
        yield Platform(folder, postgres, broker, stack, link)


def applications_wanted() -> int:
    """How many on each bus; more for a long run."""
    return int(os.environ.get("MAHJAR_CHAOS_APPLICATIONS", "25"))
