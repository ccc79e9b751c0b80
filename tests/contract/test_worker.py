"""Whole workers on either bus: killed where it hurts, stopped in the middle of work, left without bus or database."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.dev.servers.broker import Broker
from deploy.dev.servers.postgres import Postgres
from shared.database.db import Database
from shared.identity.crypto import Keys
from shared.messaging import inbox
from shared.messaging.bus import OutgoingMessage
from shared.messaging.messages import encode
from shared.messaging.outbox import outbox
from shared.messaging.worker import EXIT_HANGING
from tests.contract.conftest import Bus, nothing_comes
from tests.factories.messages.messaging import Speaker, effects, forget_everything, new_about, rows, say, until

ROOT = Path(__file__).parent.parent.parent
LIMIT = float(os.environ.get("MAHJAR_LIMIT", "40"))
Run = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def databases(database: Callable[[str], Database]) -> Iterator[Callable[[str], Database]]:
    """Every service's database, outbox and inbox empty."""
    for name in ("consular", "civil_registry", "conscription"):
        forget_everything(database(name))
    yield database
    for name in ("consular", "civil_registry", "conscription"):
        forget_everything(database(name))


@pytest.fixture
def run(bus: Bus, databases: object, environment: Callable[[str], dict[str, str]], tmp_path: Path) -> Iterator[Run]:
    """`run("consular", "before_ack")`: a worker's process, with the point at which it is to die."""
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, point: str = "") -> subprocess.Popen[bytes]:
        told = {**os.environ, **environment(name), "MAHJAR_BUS_URL": bus.url, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.contract.worker_process", name, *filter(None, [point])]
        with (tmp_path / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(command, env=told, cwd=ROOT, stdout=log, stderr=log)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(30)
    for log in tmp_path.glob("*.log"):
        print(log.name, log.read_text()[-3000:])


def test_a_question_and_its_answer_go_round_and_workers_leave_in_order(
    run: Run, databases: Callable[[str], Database]
) -> None:
    workers = [run("consular"), run("conscription")]
    abouts = [new_about() for _ in range(20)]
    for about in abouts:
        say(databases("consular"), about)
    until(lambda: all(effects(databases("consular"), about) == [1] for about in abouts), LIMIT)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(LIMIT) for worker in workers] == [0, 0]


@pytest.mark.parametrize("point", ["before_ack", "after_confirm"])
def test_a_worker_killed_between_two_commits_leaves_no_effect_twice_or_undone(
    run: Run, bus: Bus, databases: Callable[[str], Database], tmp_path: Path, point: str
) -> None:
    """Between the commit of the effects and their ack; between the bus's confirm and the note that it was sent."""
    consular, abouts = databases("consular"), [new_about() for _ in range(3)]
    victim = run("conscription", point)
    for about in abouts * 2:
        say(consular, about)
    sender = run("consular")
    assert victim.wait(LIMIT) == -signal.SIGKILL
    second = run("conscription")
    until(lambda: (tmp_path / "conscription.log").read_text().count('"started"') == 2, LIMIT)
    until(lambda: all(effects(consular, about) == [1, 2] for about in abouts), LIMIT)
    until(lambda: all(sent for (sent,) in rows(databases("conscription"), outbox, "sent")), LIMIT)
    until(lambda: all(bus.has_delivered(name) for name in ("conscription", "consular")), LIMIT)
    for worker in (second, sender):
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(LIMIT) for worker in (second, sender)] == [0, 0]
    for name in ("conscription", "consular"):
        consumer = bus.consumer(name)
        assert nothing_comes(consumer)
        consumer.close()
    assert all(effects(consular, about) == [1, 2] for about in abouts)
    assert rows(databases("conscription"), inbox.inbox, "state") == [("applied",)] * 6


def test_a_worker_told_to_stop_finishes_what_it_has_in_hand(
    run: Run, bus: Bus, databases: Callable[[str], Database], key_folder: Path
) -> None:
    """Of two messages that came in one batch, the first."""
    worker = run("consular", "slow")
    registry = Speaker(Keys(key_folder, "civil_registry"))
    sender = bus.publisher("civil_registry")
    envelopes = [registry.envelope(1), registry.envelope(2)]
    sender.publish([OutgoingMessage(one.id, one.type, encode(one, registry.keys)) for one in envelopes])
    sender.close()
    until(lambda: rows(databases("consular"), inbox.inbox, "state"), LIMIT)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(LIMIT) == 0
    assert effects(databases("consular"), registry.about) == [1]
    # What it had not begun comes to the next one.
    run("consular")
    until(lambda: effects(databases("consular"), registry.about) == [1, 2], LIMIT)


def test_a_worker_whose_thread_dies_leaves_so_that_it_is_started_again(run: Run) -> None:
    assert run("consular", "thread").wait(LIMIT) == EXIT_HANGING


def test_workers_outlive_their_bus_and_their_database(
    run: Run, bus: Bus, databases: Callable[[str], Database], request: pytest.FixtureRequest, cluster: Postgres
) -> None:
    workers = [run("consular"), run("conscription")]
    consular = databases("consular")

    def goes_round() -> None:
        about = new_about()
        say(consular, about)
        until(lambda: effects(consular, about) == [1], LIMIT)

    goes_round()
    if bus.kind == "rabbitmq":
        broker: Broker = request.getfixturevalue("broker")
        broker.kill()
        # Changes go on without it.
        about = new_about()
        say(consular, about)
        broker.start()
        until(lambda: effects(consular, about) == [1], LIMIT)
    cluster.kill()
    cluster.start_and_wait()
    consular.engine.dispose()
    goes_round()
    assert [worker.poll() for worker in workers] == [None, None]
