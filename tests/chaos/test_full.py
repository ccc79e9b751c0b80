"""The long forms, played by `make full` alone: frozen peers, broken links, a broker that is away, a rolling deployment.

Each prints its seed and its schedule; MAHJAR_SEED plays the same one again.
"""

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.dev.servers.broker import available
from tests.chaos import faults
from tests.chaos.faults import Event, spread
from tests.chaos.oracle import REQUESTS_PER_APPLICATION, gather, run_trial
from tests.chaos.platform import Platform, applications_wanted, running
from tests.clock import shift
from tests.factories.environment.servers.fault_proxy import Fault
from tests.factories.messages.messaging import seeded

# Longer ones are answered with 503 and repeated; a busy machine adds to it.
SLOWEST_REQUEST, BUSY_MACHINE = 10.0, 4.0
FROZEN_SECONDS, TIMES = 20.0, 4
LINK_SECONDS, LINK_CASES = 6.0, 40
pytestmark = [
    pytest.mark.skipif(not os.environ.get("MAHJAR_FULL"), reason="only in make full"),
    pytest.mark.skipif(not available(), reason="RabbitMQ is not installed"),
    pytest.mark.timeout(5400),
]


@pytest.fixture
def platform(tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[Platform]:
    with running(tmp_path / "data", True, pytestconfig.cache.mkdir("fonts"), through_link=True) as up:
        yield up


def number(name: str, usual: float) -> float:
    """A figure of the trial, or another one by MAHJAR_CHAOS_...; a trial by hand is shorter or longer."""
    return float(os.environ.get(f"MAHJAR_CHAOS_{name}", usual))


def over(dice: random.Random, events: list[Callable[[int], Event]]) -> list[Event]:
    return spread(dice, events, applications_wanted() * REQUESTS_PER_APPLICATION)


def test_frozen_peers_hold_nobody_and_nothing_false_is_said(platform: Platform) -> None:
    dice, seconds = seeded(), number("FROZEN", FROZEN_SECONDS)
    peers = ["broker", "database", "provider"] * int(number("TIMES", TIMES))
    people = gather(platform, dice)
    events = over(dice, [lambda at, name=peer: faults.suspend(at, name, seconds) for peer in peers])  # type: ignore[misc]
    longest = run_trial(platform, dice, people, events, stall=seconds + 30)
    # Once it is thawed, people go on within 15 s.
    assert longest < seconds + 15 + BUSY_MACHINE
    assert people.record.slowest < SLOWEST_REQUEST + BUSY_MACHINE


def test_broken_links_lose_nothing(platform: Platform) -> None:
    dice = seeded()
    kinds = [Fault.SILENT, Fault.CUT, Fault.RESET, Fault.DRIP, Fault.REFUSE]
    chosen = [kinds[place % len(kinds)] for place in range(int(number("LINKS", LINK_CASES)))]
    dice.shuffle(chosen)
    people = gather(platform, dice)
    events = over(dice, [lambda at, kind=fault: faults.break_link(at, kind, LINK_SECONDS) for fault in chosen])  # type: ignore[misc]
    run_trial(platform, dice, people, events)


def test_a_broker_that_is_away_for_long_costs_time_and_nothing_else(platform: Platform) -> None:
    dice, seconds = seeded(), number("AWAY", 600.0)
    people = gather(platform, dice)
    run_trial(platform, dice, people, over(dice, [lambda at: faults.stop(at, "broker", seconds)]), stall=seconds + 60)


def test_a_rolling_deployment_fails_no_request(platform: Platform) -> None:
    dice = seeded()
    people = gather(platform, dice)
    names = [child.name for child in (platform.stack.gateway, *platform.stack.services, *platform.stack.workers)]
    run_trial(platform, dice, people, over(dice, [lambda at, name=one: faults.renew(at, name) for one in names]))  # type: ignore[misc]
    assert people.record.repeated == 0


def test_each_worker_killed_ten_times_leaves_nothing_undone(platform: Platform) -> None:
    dice = seeded()
    people = gather(platform, dice)
    victims = [child.name for child in platform.stack.workers] * int(number("WORKER_KILLS", 10))
    dice.shuffle(victims)
    run_trial(platform, dice, people, over(dice, [lambda at, name=victim: faults.kill(at, name) for victim in victims]))  # type: ignore[misc]


def test_a_wrong_clock_of_one_process_lapses_and_expires_nothing(platform: Platform, tmp_path: Path) -> None:
    """An hour back, an hour and 400 days ahead, for either process of the mission; the jump back is the return."""
    folder = tmp_path / "library"
    folder.mkdir()
    dice, library = seeded(), shift.build(folder)
    people = gather(platform, dice)
    wrong = [(name, offset) for name in ("consular", "consular-worker") for offset in (-3600, 3600, 400 * 86400)]
    events = over(
        dice,
        [lambda at, name=name, by=offset: faults.shift(at, name, library, by, 15.0) for name, offset in wrong],  # type: ignore[misc]
    )
    run_trial(platform, dice, people, events, stall=90)


def test_a_start_beside_the_running_platform_fails_no_request(platform: Platform) -> None:
    dice = seeded()
    people = gather(platform, dice)
    run_trial(platform, dice, people, over(dice, [faults.migrate] * 10))
    assert people.record.repeated == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_corrupts_nothing_and_all_goes_on_by_itself(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Database, broker, logs and uploads on one disk of 700 MB."""
    dice, disk = seeded(), tmp_path / "small"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=700m", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with running(disk / "data", True, pytestconfig.cache.mkdir("fonts")) as up:
            people = gather(up, dice)
            run_trial(up, dice, people, over(dice, [lambda at: faults.fill(at, disk, 20.0)] * 2), stall=120)
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
