"""The whole platform as real processes in a folder of its own, and a hand that kills any of them at any moment."""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy import demo_data
from deploy.broker import Broker
from deploy.children import Child, start_all, stop_all
from deploy.data import DataFolder
from deploy.database import SERVICES, prepare
from deploy.migrate import migrate
from deploy.postgres import Postgres
from deploy.stack import Stack, build, listeners_on
from shared import fonts
from shared.crypto import Keys

# How often each kind of process is killed, of every ten kills; the relay lives in the worker.
SHARES = {"web": 4, "worker": 4, "broker": 1, "database": 1}


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
        child = next(child for child in self.stack.children if child.name == service)
        return f"http://127.0.0.1:{child.port}"

    def keep(self) -> None:
        """Starts again whatever has died, as the runner does."""
        for child in self.stack.children:
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
            self.postgres.start()
        else:
            child = next(child for child in self.stack.children if child.name == name)
            if child.process is not None:
                child.process.kill()
                child.process.wait()

    def last_words(self) -> str:
        """The ends of all logs."""
        return "\n\n".join(child.last_words() for child in self.stack.children)


@contextmanager
def running(path: Path, with_broker: bool) -> Iterator[Platform]:
    """The platform, furnished with demo people, until the end of the block."""
    folder = DataFolder(path)
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
        for service in SERVICES:
            migrate(postgres.admin_url, service)
        folder.create_keys(SERVICES)
        fonts.prepare(folder.fonts)
        demo_data.load(postgres.admin_url, urls, folder.secrets()["session"])
        folder.logs.mkdir(exist_ok=True)
        stack = build(folder, urls, listeners)
        ending.callback(stop_all, stack.children)
        start_all(stack.children)
        yield Platform(folder, postgres, broker, stack)


@dataclass(frozen=True)
class Kill:
    """After so many acknowledged requests, this process dies."""

    after: int
    name: str


def schedule(dice: random.Random, platform: Platform, kills: int, requests: int) -> list[Kill]:
    """Seeded points spread over the run, and seeded victims in the shares above."""
    shares = {kind: share for kind, share in SHARES.items() if kind != "broker" or platform.broker}
    victims: dict[str, Callable[[], str]] = {
        "web": lambda: dice.choice([platform.stack.gateway, *platform.stack.services]).name,
        "worker": lambda: dice.choice(platform.stack.workers).name,
        "broker": lambda: "broker",
        "database": lambda: "database",
    }
    # One of each kind at least, then by share.
    kinds = [*shares, *dice.choices([*shares], [*shares.values()], k=max(0, kills - len(shares)))]
    dice.shuffle(kinds)
    points = sorted(dice.randrange(requests // 50, requests * 9 // 10) for _ in kinds)
    return [Kill(point, victims[kind]()) for point, kind in zip(points, kinds, strict=True)]


def children_of(platform: Platform) -> dict[str, Child]:
    """By name."""
    return {child.name: child for child in platform.stack.children}


def applications_wanted() -> int:
    """How many; fewer for a quick look."""
    return int(os.environ.get("MAHJAR_CHAOS_APPLICATIONS", "200"))
