"""Submissions and cash settlements over HTTP, against loops that write the very same rows with the same commits."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any, LiteralString

from psycopg import Connection

from shared.identity.actor import REQUEST_SECONDS, Actor
from tests.benchmarks import shots
from tests.benchmarks.filing import APPLICANT, CASHIER, Filing, counted, grown, plain
from tests.benchmarks.rounds import FLOOR, OURS, Broken, Side, Window, no_failures
from tests.benchmarks.shots import Sample
from tests.benchmarks.tape import Names, Tape, enter

CLIENTS = 8
# How many are prepared for the first windows, each second; later ones go by the rate seen, and some more.
FIRST_RATE, RESERVE = 400.0, 1.6
STATUSES = "SELECT status, count(*) FROM consular.application WHERE reference = ANY(%s) GROUP BY status"
STATES = "SELECT state, count(*) FROM consular.fee_order WHERE application = ANY(%s) GROUP BY state"
UNEVEN = "SELECT currency, sum(amount) FROM consular.line GROUP BY currency HAVING sum(amount) <> 0"
UNCOUNTED = """
    SELECT numbered.sum - issued.count
    FROM (SELECT sum(last) FROM consular.document_number WHERE kind = 'receipt') AS numbered,
         (SELECT count(*) FROM consular.receipt) AS issued
"""


@dataclass
class Supply:
    """Applications at the right stage, made as they are needed; what a window leaves over the next one takes."""

    make: Callable[[int], list[Names]]
    stock: list[Names] = field(default_factory=list)
    rate: float = FIRST_RATE

    def take(self, seconds: float) -> list[Names]:
        """Enough for a window."""
        wanted = int(self.rate * seconds * RESERVE) + 4 * CLIENTS
        self.stock += self.make(max(0, wanted - len(self.stock)))
        return self.stock[:wanted]

    def used(self, sample: Sample) -> None:
        """The first ones were; they were taken in order."""
        self.rate = max(self.rate if self.rate != FIRST_RATE else 0.0, sample.rate)
        self.stock = self.stock[sample.done + sum(sample.failed.values()) :]


def submitting(filing: Filing, pool: ProcessPoolExecutor) -> tuple[Side, Side]:
    """The submission of a complete draft, statement and all."""

    def bodies(count: int) -> list[dict[str, Any]]:
        statement = filing.statement()
        return [filing.submit(statement) for _ in range(count)]

    shop = _Shop(filing, filing.submission, "submit", APPLICANT, bodies, _submitted)
    return shop.sides(filing.drafts, pool)


def settling(filing: Filing, pool: ProcessPoolExecutor) -> tuple[Side, Side]:
    """Cash for exactly what is owed, at one mission's counter."""

    def bodies(count: int) -> list[dict[str, Any]]:
        return [filing.cash(filing.quote) for _ in range(count)]

    shop = _Shop(filing, filing.settlement, "cash", CASHIER, bodies, _settled)
    return shop.sides(filing.unpaid, pool)


@dataclass
class _Shop:
    """One step of an application, done by the service and done by plain SQL."""

    filing: Filing
    tape: Tape
    verb: str
    actor: Actor
    bodies: Callable[[int], list[dict[str, Any]]]
    outcome: Callable[[Connection, list[str]], None]

    def sides(self, make: Callable[[int], list[Names]], pool: ProcessPoolExecutor) -> tuple[Side, Side]:
        """The service, then the loop."""
        stage = self.filing.stage
        ours, floor = Supply(make), Supply(make)
        return (
            Side(OURS, lambda s: self._asked(ours, s, pool), lambda: (stage.pid("consular"), stage.postgres)),
            Side(FLOOR, lambda s: self._written(floor, s, pool), lambda: (stage.postgres,), driver=True),
        )

    def _asked(self, supply: Supply, seconds: float, pool: ProcessPoolExecutor) -> Window:
        names, stage = supply.take(seconds), self.filing.stage
        references, bodies = self._references(names), self.bodies(len(names))
        port, keys = stage.port("consular"), stage.keys("gateway")
        requests = [
            shots.request(
                "POST",
                self.filing.path(self.verb, reference),
                port,
                # One of its own each, as these are visits of different people.
                keys.sign("request", "consular", REQUEST_SECONDS, asdict(self.actor)),
                json.dumps(body).encode(),
            )
            for reference, body in zip(references, bodies, strict=True)
        ]
        before = counted(stage)

        def check(sample: Sample) -> None:
            supply.used(sample)
            no_failures(sample)
            self._check_rows(before, references[: sample.done])
            self._check_repeat(references[0], bodies[0])

        return Window(lambda: pool.submit(shots.shoot, port, requests, seconds, CLIENTS).result(), check)

    def _written(self, supply: Supply, seconds: float, pool: ProcessPoolExecutor) -> Window:
        given = supply.take(seconds)
        names: list[Names] = [self.tape.fresh(one) for one in given]
        before, url = counted(self.filing.stage), self.filing.stage.urls["consular"]

        def check(sample: Sample) -> None:
            supply.used(sample)
            self._check_rows(before, self._references(given)[: sample.done])

        return Window(lambda: pool.submit(replay, url, self.tape, names, seconds, CLIENTS).result(), check)

    def _references(self, names: list[Names]) -> list[str]:
        return [one[self.filing.reference] for one in names]

    def _check_rows(self, before: dict[str, int], references: list[str]) -> None:
        """As many rows in every table as so many operations write, and the outcome they are for."""
        expected = {table: count * len(references) for table, count in self.tape.counts().items()}
        found = grown(before, counted(self.filing.stage))
        if found != expected:
            raise Broken(f"{self.verb}: {len(references)} operations left {found} instead of {expected}")
        with self.filing.stage.admin() as admin:
            self.outcome(admin, references)

    def _check_repeat(self, reference: str, body: dict[str, Any]) -> None:
        """The same request once more is answered, and books nothing."""
        before = counted(self.filing.stage)
        self.filing.consular.post(self.filing.path(self.verb, reference), self.actor, body)
        more = grown(before, counted(self.filing.stage))
        # A repeated submission answers with the whole file, the reading of which is an event.
        if set(more) - {"event"}:
            raise Broken(f"{self.verb}: a repeated request wrote {more}")


def _submitted(admin: Connection, references: list[str]) -> None:
    _expect(admin, STATUSES, references, "awaiting_payment")
    _expect(admin, STATES, references, "open")


def _settled(admin: Connection, references: list[str]) -> None:
    _expect(admin, STATUSES, references, "in_review")
    _expect(admin, STATES, references, "paid")
    if left := admin.execute(UNEVEN).fetchall():
        raise Broken(f"the ledger does not balance: {left}")
    if (gap := admin.execute(UNCOUNTED).fetchone()) != (0,):
        raise Broken(f"receipts and the counter of their numbers are apart by {gap}")


def _expect(admin: Connection, query: LiteralString, references: list[str], state: str) -> None:
    """All of them in this one state."""
    found: dict[str, int] = dict(admin.execute(query, [references]).fetchall())
    if found != {state: len(references)}:
        raise Broken(f"{found} instead of {len(references)} {state}")


def replay(url: str, tape: Tape, names: Sequence[Names], seconds: float, clients: int) -> Sample:
    """The floor: so many connections, each writing one operation after the other and nothing else."""
    commits, left = tape.transactions(), iter(names)
    lock, times, exhausted = threading.Lock(), list[float](), threading.Event()
    barrier = threading.Barrier(clients + 1)

    def work() -> None:
        with plain(url) as connection:
            barrier.wait()
            until = time.perf_counter() + seconds
            while (began := time.perf_counter()) < until:
                with lock:
                    one = next(left, None)
                if one is None:
                    exhausted.set()
                    return
                for commit in commits:
                    with connection.transaction():
                        enter(connection)
                        for statement in commit:
                            statement.run(connection, one)
                times.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    barrier.wait()
    began, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.join()
    if exhausted.is_set():
        raise RuntimeError(f"{len(names)} applications were too few for {seconds} s")
    return Sample(len(times), time.perf_counter() - began, times, own_cpu=time.process_time() - cpu)
