"""What befalls the platform while people go on: kills, frozen peers, broken links, orderly stops."""

import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.platform.database.migrate import migrate_all
from deploy.platform.database.roles import prepare
from tests.chaos.platform import BROKER_SHARE, DATABASE_SHARE, Platform
from tests.clock.shift import OFFSET
from tests.factories.environment.servers.fault_proxy import Fault

# On a busy machine a process that was forked takes so long until it answers.
READY_SECONDS = 6.0


@dataclass(frozen=True)
class Event:
    """After so many acknowledged requests something happens; `describe` names it and what it befalls."""

    after: int
    describe: str
    happen: Callable[[Platform], None]


def kill(after: int, name: str) -> Event:
    return Event(after, f"kill {name}", lambda platform: platform.kill(name))


def suspend(after: int, name: str, seconds: float) -> Event:
    """SIGSTOP, and SIGCONT after so long."""

    def happen(platform: Platform) -> None:
        platform.suspend(name)
        try:
            pause(platform, seconds)
        finally:
            platform.resume(name)

    return Event(after, f"suspend {name} {seconds:g} s", happen)


def stop(after: int, name: str, seconds: float) -> Event:
    """The broker ends, and comes back after so long."""

    def happen(platform: Platform) -> None:
        assert platform.broker is not None
        platform.broker.kill()
        pause(platform, seconds)
        platform.broker.start()

    return Event(after, f"stop {name} {seconds:g} s", happen)


def break_link(after: int, fault: Fault, seconds: float) -> Event:
    """Between the platform and its broker."""

    def happen(platform: Platform) -> None:
        assert platform.link is not None
        platform.link.fault = fault
        pause(platform, seconds)
        platform.link.fault = Fault.NONE

    return Event(after, f"link {fault.value} {seconds:g} s", happen)


def fill(after: int, disk: Path, seconds: float) -> Event:
    """The disk of the data folder has no room for so long."""

    def happen(platform: Platform) -> None:
        filler = disk / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 16))
        pause(platform, seconds)
        filler.unlink()
        if platform.postgres.died():
            platform.postgres.start_and_wait()

    return Event(after, f"fill the disk {seconds:g} s", happen)


def shift(after: int, name: str, library: Path, offset: int, seconds: float) -> Event:
    """The process runs under a clock that is wrong by so many seconds, and then under the right one again."""

    def happen(platform: Platform) -> None:
        child = platform.child(name)
        right, forked = child.environment, child.fork_server
        # A clock is shifted from the first instruction on, so that such a process is not forked.
        child.fork_server = None
        child.environment = {**right, "LD_PRELOAD": str(library), OFFSET: str(offset)}
        try:
            platform.kill(name)
            child.start()
            pause(platform, seconds)
        finally:
            child.environment, child.fork_server = right, forked
            platform.kill(name)
            child.start()

    return Event(after, f"shift {name} by {offset} s", happen)


def migrate(after: int) -> Event:
    """Another start of the platform beside the running one: roles, schemas and reference data, all at their head."""

    def happen(platform: Platform) -> None:
        prepare(platform.postgres.admin_url, platform.folder.postgres)
        migrate_all(platform.postgres.admin_url)

    return Event(after, "migrate", happen)


def renew(after: int, name: str) -> Event:
    """A deployment of one process: the new one starts on the same socket before the old one is asked to end."""

    def happen(platform: Platform) -> None:
        child = platform.child(name)
        old = child.process
        assert old is not None
        child.start()
        pause(platform, READY_SECONDS)
        old.send_signal(signal.SIGTERM)
        assert old.wait(30) == 0, f"{name} does not end in order"

    return Event(after, f"renew {name}", happen)


def pause(platform: Platform, seconds: float) -> None:
    """Meanwhile whatever dies is started again, as the runner does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        platform.keep()
        threading.Event().wait(0.1)


def kills(dice: random.Random, platform: Platform, count: int, requests: int) -> list[Event]:
    """Seeded points spread over the run, and seeded victims in the shares of broker and database, each kind at least
    once."""
    brokers = max(1, round(count * BROKER_SHARE)) if platform.broker else 0
    databases = max(1, round(count * DATABASE_SHARE))
    webs = [child.name for child in (platform.stack.gateway, *platform.stack.services)]
    workers = [child.name for child in platform.stack.workers]
    others = [dice.choice(workers if place % 2 else webs) for place in range(count - brokers - databases)]
    victims = ["broker"] * brokers + ["database"] * databases + others
    dice.shuffle(victims)
    return spread(dice, [lambda after, name=victim: kill(after, name) for victim in victims], requests)  # type: ignore[misc]


def spread(dice: random.Random, events: list[Callable[[int], Event]], requests: int) -> list[Event]:
    """In their order, at seeded points of the run."""
    points = sorted(dice.randrange(requests // 50, requests * 9 // 10) for _ in events)
    return [event(point) for point, event in zip(points, events, strict=True)]
