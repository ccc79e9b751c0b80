"""The whole platform as real processes in a folder of its own, and a hand that kills any of them at any moment."""

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.demo import demo_data
from deploy.dev.broker import Broker
from deploy.dev.postgres import Postgres
from deploy.dev.stack import Stack, build, listeners_on
from deploy.dev.supervisor import start_all, stop_all, wait_for
from deploy.platform.data_folder import DataFolder
from deploy.platform.database import SERVICES, prepare
from deploy.platform.migrate import migrate_all
from shared.documents import fonts
from shared.identity.actor import PARTNERS
from shared.identity.crypto import Keys

# Of ten kills; the rest fall on web services and workers alike. The relay lives in the worker.
BROKER_SHARE, DATABASE_SHARE = 0.1, 0.1


@dataclass
class Platform:
    """What runs. Everything is started by one thread, which outlives it."""

    folder: DataFolder
    postgres: Postgres
    broker: Broker | None
    stack: Stack

    def __post_init__(self) -> None:
        self.restarts = 0

    @property
    def keys(self) -> Keys:
        """The gateway's, in whose name the driver asks."""
        return Keys(self.folder.keys, "gateway")

    def address(self, service: str) -> str:
        """Where a service answers."""
        child = next(child for child in self.stack.supervised if child.name == service)
        return f"http://127.0.0.1:{child.port}"

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
            child = next(child for child in self.stack.supervised if child.name == name)
            if child.process is not None:
                child.process.kill()
                child.process.wait(30)

    def log_tail(self) -> str:
        """The ends of all logs."""
        return "\n\n".join(child.log_tail() for child in self.stack.supervised)


@contextmanager
def running(path: Path, with_broker: bool, font_cache: Path) -> Iterator[Platform]:
    """The platform with demo data, until the end of the block."""
    folder = DataFolder(path)
    path.mkdir(parents=True, exist_ok=True)
    folder.fonts.symlink_to(font_cache)
    with ExitStack() as ending:
        patch = ending.enter_context(pytest.MonkeyPatch.context())
        listeners = listeners_on(0)
        for listener in listeners.values():
            ending.callback(listener.close)
        postgres = ending.enter_context(Postgres(folder.postgres))
        broker = ending.enter_context(Broker(path / "broker")) if with_broker else None
        if broker:
            patch.setenv("BUS_URL", broker.url)
        else:
            patch.delenv("BUS_URL", raising=False)
        patch.setenv("MAHJAR_PEOPLE", "2000")
        urls = prepare(postgres.admin_url, folder.postgres)
        migrate_all(postgres.admin_url)
        folder.create_keys((*SERVICES, *PARTNERS))
        fonts.prepare(folder.fonts)
        demo_data.load(postgres.admin_url, urls, folder.secrets()["session"])
        folder.logs.mkdir(exist_ok=True)
        stack = build(folder, urls, listeners)
        ending.callback(stop_all, stack.supervised)
        start_all(stack.supervised)
        wait_for(stack.supervised)
        yield Platform(folder, postgres, broker, stack)


@dataclass(frozen=True)
class Kill:
    """After so many acknowledged requests, this process dies."""

    after: int
    name: str


def schedule(dice: random.Random, platform: Platform, kills: int, requests: int) -> list[Kill]:
    """Seeded points spread over the run, and seeded victims in the shares above, each kind at least once."""
    brokers = max(1, round(kills * BROKER_SHARE)) if platform.broker else 0
    databases = max(1, round(kills * DATABASE_SHARE))
    webs = [child.name for child in (platform.stack.gateway, *platform.stack.services)]
    workers = [child.name for child in platform.stack.workers]
    others = [dice.choice(workers if place % 2 else webs) for place in range(kills - brokers - databases)]
    victims = ["broker"] * brokers + ["database"] * databases + others
    dice.shuffle(victims)
    points = sorted(dice.randrange(requests // 50, requests * 9 // 10) for _ in victims)
    return [Kill(point, victim) for point, victim in zip(points, victims, strict=True)]


def applications_wanted() -> int:
    """How many; more for a long run."""
    return int(os.environ.get("MAHJAR_CHAOS_APPLICATIONS", "50"))
