"""Events from the commit that said them to the commit that applied them, through the real workers, at both services."""

import time
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from psycopg import Connection
from sqlalchemy.orm import Session

from deploy.dev.servers.broker import Broker
from deploy.dev.supervisor import Child
from deploy.dev.supervisor import stop_all as end_all
from shared.identity.actor import service
from shared.messaging.bus import OutgoingMessage
from shared.messaging.messages import Envelope, encode
from shared.messaging.outbox import emit
from shared.values import references
from tests.benchmarks import bus_floor
from tests.benchmarks.filing import SLUG
from tests.benchmarks.platform import BenchPlatform, pid_of, running
from tests.benchmarks.rounds import FLOOR, OURS, Broken, Side, Window
from tests.benchmarks.shots import Sample
from tests.benchmarks.tape import MISSION

TYPE, SENDER = "fee.settled", "consular"
LISTENERS = ("civil_registry", "conscription")
PACE = 200.0
FIRST_RATE, LIMIT_SECONDS, LOOK_SECONDS = 120.0, 90.0, 0.03
ABOUTS = "SELECT about, pg_xact_commit_timestamp(xmin) FROM {} WHERE about = ANY(%s)"
APPLIED = "SELECT count(*) FROM {}.inbox WHERE state IN ('applied', 'ignored') AND received >= %s"
UNSENT = "SELECT count(*) FROM consular.outbox WHERE sent IS NULL"
PARKED = "SELECT count(*) FROM {}.parked"


@dataclass
class Bus:
    """One bus with the workers that use it. `pids` are its own processes."""

    stage: BenchPlatform
    url: str
    workers: tuple[Child, ...]
    pids: tuple[int, ...] = ()
    rates: dict[str, float] = field(default_factory=dict)

    def count(self, name: str, seconds: float) -> int:
        """How many events fill about so many seconds."""
        return max(20, int(self.rates.get(name, FIRST_RATE) * seconds))

    def costs(self) -> tuple[int, ...]:
        """The workers, the database of their outbox and inbox, and the bus itself."""
        return (*map(pid_of, self.workers), self.stage.postgres, *self.pids)


@contextmanager
def embedded(stage: BenchPlatform) -> Iterator[Bus]:
    """The queues in PostgreSQL, with the workers that run anyway."""
    yield Bus(stage, stage.stack.workers[0].environment["MAHJAR_BUS_URL"], stage.stack.workers)


@contextmanager
def rabbitmq(stage: BenchPlatform) -> Iterator[Bus]:
    """A private broker, and the workers started anew to use it."""
    end_all(stage.stack.workers)
    with stage.admin() as admin:
        # A bus that has never heard of us would be sent everything again.
        admin.execute("DELETE FROM consular.outbox")
    with Broker(Path(stage.folder.path) / "broker") as broker:
        told = {"MAHJAR_BUS_URL": broker.url}
        moved = [replace(child, environment={**child.environment, **told}) for child in stage.stack.workers]
        assert broker.process is not None
        with running(moved):
            yield Bus(stage, broker.url, tuple(moved), (broker.process.pid,))


@contextmanager
def floor_pools() -> Iterator[list[ProcessPoolExecutor]]:
    """A sender and two hearers, as many processes as the platform has workers."""
    pools = [ProcessPoolExecutor(1, get_context("spawn"), bus_floor.rename) for _ in range(3)]
    try:
        yield pools
    finally:
        for pool in pools:
            pool.shutdown()


def relaying(bus: Bus, pools: list[ProcessPoolExecutor], pace: float = 0.0) -> tuple[Side, Side]:
    """As fast as it goes, or at a steady pace to see the lag."""
    pids = [pool.submit(bus_floor.pid).result() for pool in pools]
    for me, pool in zip(bus_floor.HEARERS, pools[1:], strict=True):
        pool.submit(bus_floor.ready, bus.url, me).result()
    return (
        Side(OURS, lambda seconds: _ours(bus, seconds, pace), bus.costs),
        Side(FLOOR, lambda seconds: _floor(bus, pools, seconds, pace), lambda: (*pids, bus.stage.postgres, *bus.pids)),
    )


def _ours(bus: Bus, seconds: float, pace: float) -> Window:
    about = [references.new(MISSION, 10) for _ in range(int(pace * seconds) or bus.count(OURS, seconds))]
    said = _sent_steadily(bus.stage, about, pace) if pace else _sent_at_once(bus.stage, about)
    next(said)

    def run() -> Sample:
        with bus.stage.admin() as admin:
            since = _message(admin, "SELECT now()")
            next(said, None)
            _wait(admin, since, len(about))
        return Sample(len(about), 0.0, [])

    def check(sample: Sample) -> None:
        with bus.stage.admin() as admin:
            _read_stamps(admin, about, sample)
            _nothing_left(admin)
        bus.rates[OURS] = sample.rate

    return Window(run, check)


def _say(session: Session, about: str) -> None:
    """A fee of the civil registry: both services hear it, and neither has anything to do."""
    emit(session, service(SENDER, MISSION), TYPE, about, body(about))


def body(about: str) -> dict[str, Any]:
    """What the event says."""
    person = str(uuid.uuid5(uuid.NAMESPACE_URL, about))
    owed = {"payment": "RUH-RC-2026-000001", "amount": 25_000, "currency": "SAR"}
    return {"application": about, "transaction": SLUG, "authority": "civil_registry", "person": person, **owed}


def _sent_at_once(stage: BenchPlatform, about: list[str]) -> Iterator[None]:
    """All written in the first step, committed in the second."""
    with stage.database(SENDER) as database, database.scope(MISSION) as session:
        for one in about:
            _say(session, one)
        yield


def _sent_steadily(stage: BenchPlatform, about: list[str], pace: float) -> Iterator[None]:
    """In the second step one commit after the other, each at its time, whether or not the one before has arrived."""
    with stage.database(SENDER) as database:
        yield
        began = time.monotonic()
        for place, one in enumerate(about):
            time.sleep(max(0.0, began + place / pace - time.monotonic()))
            with database.scope(MISSION) as session:
                _say(session, one)


def _wait(admin: Connection, since: Any, count: int) -> None:
    """Until every listener has applied as many."""
    give_up = time.monotonic() + LIMIT_SECONDS
    left = list(LISTENERS)
    while left:
        if _message(admin, APPLIED.format(left[0]), since) >= count:
            left.pop(0)
        elif time.monotonic() > give_up:
            raise Broken(f"{left[0]} did not hear {count} events in {LIMIT_SECONDS} s")
        else:
            time.sleep(LOOK_SECONDS)


def _read_stamps(admin: Connection, about: list[str], sample: Sample) -> None:
    """From PostgreSQL's own stamps of the commits. Raises Broken unless each event is applied once everywhere."""
    said = _stamps(admin, "consular.outbox_place", about)
    arrived: dict[str, datetime] = {}
    for listener in LISTENERS:
        heard = _stamps(admin, f"{listener}.inbox", about)
        if heard.keys() != said.keys() or len(said) != len(about):
            raise Broken(f"{len(about)} events said, {len(said)} kept, {len(heard)} applied by {listener}")
        arrived = {one: max(at, arrived.get(one, at)) for one, at in heard.items()}
    sample.seconds = (max(arrived.values()) - min(said.values())).total_seconds()
    sample.latencies = [(arrived[one] - said[one]).total_seconds() * 1000 for one in about]


def _stamps(admin: Connection, table: str, about: list[str]) -> dict[str, datetime]:
    rows = admin.execute(ABOUTS.format(table).encode(), [about]).fetchall()
    if len(rows) != len({one for one, _ in rows}):
        raise Broken(f"{table} holds an event twice")
    return dict(rows)


def _nothing_left(admin: Connection) -> None:
    left = _message(admin, UNSENT)
    odd = sum(_message(admin, PARKED.format(listener)) for listener in LISTENERS)
    if left or odd:
        raise Broken(f"{left} events unsent, {odd} parked")


def _message(admin: Connection, query: str, *values: Any) -> Any:
    row = admin.execute(query.encode(), values).fetchone()
    assert row is not None
    return row[0]


def _floor(bus: Bus, pools: list[ProcessPoolExecutor], seconds: float, pace: float) -> Window:
    letters = list(_letters(bus.stage, int(pace * seconds) or bus.count(FLOOR, seconds)))

    def run() -> Sample:
        heard = [
            pool.submit(bus_floor.consume, bus.url, me, len(letters))
            for me, pool in zip(bus_floor.HEARERS, pools[1:], strict=True)
        ]
        said = pools[0].submit(bus_floor.say, bus.url, letters, pace).result()
        arrived: dict[bytes, float] = {}
        for one in heard:
            for raw, at in one.result():
                arrived[raw] = max(at, arrived.get(raw, at))
        times = [(arrived[letter.raw] - said[letter.id]) * 1000 for letter in letters if letter.raw in arrived]
        return Sample(len(times), max(arrived.values()) - min(said.values()), times)

    def check(sample: Sample) -> None:
        if sample.done != len(letters):
            raise Broken(f"the bare bus lost {len(letters) - sample.done} of {len(letters)}")
        bus.rates[FLOOR] = sample.rate

    return Window(run, check)


def _letters(stage: BenchPlatform, count: int) -> Iterable[OutgoingMessage]:
    keys, actor = stage.keys(SENDER), {"kind": "service", "id": SENDER, "role": SENDER}
    for _ in range(count):
        about, message = references.new(MISSION, 10), str(uuid.uuid4())
        envelope = Envelope(
            message, TYPE, 1, datetime.now(UTC), SENDER, actor, MISSION, about, 1, message, body=body(about)
        )
        yield OutgoingMessage(message, TYPE, encode(envelope, keys))
