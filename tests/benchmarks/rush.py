"""The release that everybody waits for: thousands reach for the seats of a few days at one instant.

Direct at the mission's service and through the gateway, against a bare application with a batch writer
(docs/performance.md). An answer is a seat or that the time is taken; the rest is a broken run.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from itertools import cycle, islice
from urllib.parse import urlencode

from sqlalchemy import delete
from sqlalchemy.orm import Session

from deploy.demo.population.specimens import WOMAN
from deploy.dev.supervisor import Child
from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.levels import Assurance
from services.gateway.accounts.model import Account, Attempt, AuthSession
from services.gateway.accounts.sessions import new_token
from services.gateway.clients.http import Client
from shared.database import db
from shared.identity.actor import REQUEST_SECONDS, Actor
from tests.benchmarks import shots
from tests.benchmarks.filing import APPLICANT, plain
from tests.benchmarks.platform import BenchPlatform, pid_of
from tests.benchmarks.rounds import FLOOR, OURS, Broken, Side, Window
from tests.benchmarks.shots import Sample
from tests.benchmarks.tape import MISSION, Names, Recorder, enter

SLUG, SERVICE = "embassy-queue-riyadh", "passport"
PASSPORT = "010203040"
ANSWERS = {"service_wanted": SERVICE, "dependants": 0, "passport_number": PASSPORT, "saudi_number": "2123456789",
           "saudi_mobile": "0512345678"}  # fmt: skip
CONNECTIONS, DAYS = 64, 2
GATEWAY = "gateway"
FULL_CROWD, QUICK_CROWD = 5_000, 400
# A seat, or that the time is taken; the gateway leads to the next page in both cases.
ANSWERS_OF_A_RUSH = frozenset({"200", "303", "409"})
GIVEN = """
    SELECT count(*), count(DISTINCT (starts_at, seat)), count(DISTINCT person) FROM consular.turn
    WHERE starts_at = ANY(%s::timestamptz[])
"""
FLOOR_TABLES = """
    CREATE TABLE consular.bench_slot (at text PRIMARY KEY, free int NOT NULL CHECK (free >= 0));
    CREATE TABLE consular.bench_seat (
        key text PRIMARY KEY, person text NOT NULL UNIQUE, at text NOT NULL, held_until timestamptz NOT NULL
    );
    CREATE TABLE consular.bench_outbox (key text PRIMARY KEY, body jsonb NOT NULL);
    GRANT SELECT, INSERT, UPDATE ON consular.bench_slot, consular.bench_seat, consular.bench_outbox TO consular;
"""


@dataclass(frozen=True)
class Reacher:
    """One of the crowd: a person with a filled draft and, for the gateway, an open session."""

    reference: str
    actor: Actor
    cookie: str
    account: str


class Crowd:
    """People with drafts that lack nothing but a time, and the times of the days that are released."""

    def __init__(self, stage: BenchPlatform, size: int) -> None:
        self.stage, self.size = stage, size
        self.secret = stage.folder.secrets()["session"]
        self.consular = Client(f"http://127.0.0.1:{stage.port('consular')}", stage.keys("gateway"), "consular")
        self.times, self.seats = self._released()
        self.people = self._people()

    def _released(self) -> tuple[list[str], int]:
        """The times of the last days that are open, and how many seats they have."""
        path = f"/openings?mission={MISSION}&service={SERVICE}"
        days = [day for day in self.consular.get(path, APPLICANT)["days"] if day["remaining"]][-DAYS:]
        return [time["starts_at"] for day in days for time in day["times"]], sum(day["remaining"] for day in days)

    def _people(self) -> list[Reacher]:
        with self.stage.admin() as admin:
            recorder = Recorder(admin)
            with recorder.recording() as begun:
                body = {"transaction": SLUG, "key": str(uuid.uuid4())}
                template = str(self.consular.post("/applications", APPLICANT, body)["reference"])
            with recorder.recording() as answered:
                path = f"/applications/{template}/answers"
                self.consular.send("PUT", path, APPLICANT, {"answers": ANSWERS})
        draft = begun + answered
        statements = [statement for commit in draft.transactions() for statement in commit]
        names: list[Names] = [
            draft.fresh({WOMAN.person: str(uuid.uuid4()), PASSPORT: f"{number:09d}"}) for number in range(self.size)
        ]
        with plain(self.stage.urls["consular"]) as connection, connection.pipeline(), connection.transaction():
            enter(connection)
            for one in names:
                for statement in statements:
                    statement.run(connection, one)
        with self.stage.database("gateway") as database, database.scope(None) as session:
            return [self._signed_in(session, one[template], one[WOMAN.person]) for one in names]

    def _signed_in(self, session: Session, reference: str, person: str) -> Reacher:
        token, now, account = new_token(), db.now(session), str(uuid.uuid4())
        session.add(
            Account(
                id=account,
                email=f"{account}@mahjar.example",
                password_hash="",
                home_mission=MISSION,
                person=person,
                assurance=Assurance.COUNTER,
                assured_at=now,
                email_confirmed_at=now,
            )
        )
        session.flush()
        ends = {"idle_ends_at": now + timedelta(hours=1), "ends_at": now + timedelta(hours=1)}
        key = keyed_hash(self.secret, "session", token)
        session.add(AuthSession(token_key=key, account_id=account, proved_at=now, **ends))
        return Reacher(reference, Actor("expatriate", account, "expatriate", MISSION, person), token, account)

    def wishes(self) -> list[tuple[Reacher, str]]:
        """Who reaches for which time: as many for each."""
        return list(zip(self.people, islice(cycle(self.times), self.size), strict=True))

    def forget(self) -> None:
        """Frees the seats for the next round."""
        with self.stage.admin() as admin:
            admin.execute("DELETE FROM consular.turn WHERE starts_at = ANY(%s::timestamptz[])", [self.times])
        with self.stage.database("gateway") as database, database.scope(None) as session:
            session.execute(delete(Attempt))

    def check(self, side: str, sample: Sample) -> None:
        """Everybody was answered, and every seat given once. Raises Broken."""
        if sample.failed or sample.done != self.size:
            raise Broken(f"rush, {side}: {sample.done} of {self.size} answered; {dict(sample.failed)}")
        with self.stage.admin() as admin:
            found = admin.execute(GIVEN, [self.times]).fetchone()
        if found != (self.seats,) * 3:
            raise Broken(f"rush, {side}: seats, different ones and people are {found} instead of {self.seats} each")
        self.forget()

    def asking_the_service(self) -> Iterator[bytes]:
        """One request for each, with a token of their own."""
        port, keys = self.stage.port("consular"), self.stage.keys("gateway")
        for one, at in self.wishes():
            token = keys.sign("request", "consular", REQUEST_SECONDS, asdict(one.actor))
            body = json.dumps({"starts_at": at, "key": str(uuid.uuid4())}).encode()
            yield shots.request("POST", f"/applications/{one.reference}/turn/hold", port, token, body)

    def asking_the_gateway(self) -> Iterator[bytes]:
        """The form of the calendar, each from a home of its own."""
        port = self.stage.stack.gateway.port
        for number, (one, at) in enumerate(self.wishes()):
            token = f"{keyed_hash(self.secret, 'csrf', one.cookie)}.{one.account}.{int(time.time())}"
            token = f"{token}.{keyed_hash(self.secret, 'form', token)}"
            body = urlencode({"starts_at": at, "key": str(uuid.uuid4()), "csrf_token": token}).encode()
            head = (
                f"POST /ar/applications/{one.reference}/turn HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"Cookie: session={one.cookie}\r\nX-Forwarded-For: 10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
                f"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            yield head.encode() + body

    def asking_the_floor(self, port: int) -> Iterator[bytes]:
        """The same wishes, with neither a visitor nor an application to look at."""
        for one, at in self.wishes():
            body = json.dumps({"person": one.actor.person, "at": at, "key": str(uuid.uuid4())}).encode()
            yield shots.request("POST", "/seat", port, body=body)


def rushing(crowd: Crowd, floor: Child, pool: ProcessPoolExecutor) -> tuple[Side, ...]:
    """The service, the gateway in front of it, and the floor."""
    stage = crowd.stage

    def side(
        name: str, port: int, ask: Callable[[], Iterator[bytes]], pids: set[int], check: Callable[[Sample], None]
    ) -> Side:
        def prepare(_seconds: float) -> Window:
            requests = list(ask())
            return Window(
                lambda: pool.submit(shots.rush, port, requests, CONNECTIONS, ANSWERS_OF_A_RUSH).result(), check
            )

        return Side(name, prepare, lambda: pids)

    service, gateway, postgres = stage.pid("consular"), stage.pid("gateway"), stage.postgres
    return (
        side(OURS, stage.port("consular"), crowd.asking_the_service, {service, postgres}, partial(crowd.check, OURS)),
        side(
            GATEWAY,
            stage.stack.gateway.port,
            crowd.asking_the_gateway,
            {service, gateway, postgres},
            partial(crowd.check, GATEWAY),
        ),
        side(
            FLOOR,
            floor.port,
            lambda: crowd.asking_the_floor(floor.port),
            {pid_of(floor), postgres},
            lambda sample: check_floor(crowd, sample),
        ),
    )


@contextmanager
def floor_of(crowd: Crowd) -> Iterator[Child]:
    """The bare application, and its tables in the mission's schema while it runs."""
    with crowd.stage.admin() as admin:
        admin.execute(FLOOR_TABLES)
    try:
        fill_floor(crowd)
        with crowd.stage.web("bench-rush", "tests.benchmarks.rush_floor:app()") as served:
            yield served
    finally:
        with crowd.stage.admin() as admin:
            admin.execute("DROP TABLE consular.bench_slot, consular.bench_seat, consular.bench_outbox")


def fill_floor(crowd: Crowd) -> None:
    """The same times with the same number of seats, all of them free."""
    each = crowd.seats // len(crowd.times)
    with crowd.stage.admin() as admin:
        admin.execute("TRUNCATE consular.bench_slot, consular.bench_seat, consular.bench_outbox")
        admin.execute(
            "INSERT INTO consular.bench_slot SELECT at, %s FROM unnest(%s::text[]) AS at", [each, crowd.times]
        )


def check_floor(crowd: Crowd, sample: Sample) -> None:
    """Raises Broken unless everybody was answered and every seat given."""
    with crowd.stage.admin() as admin:
        found = admin.execute("SELECT count(*), count(DISTINCT person) FROM consular.bench_seat").fetchone()
    if sample.failed or sample.done != crowd.size or found != (crowd.seats,) * 2:
        raise Broken(f"floor: {sample.done} of {crowd.size} answered, {found} seats; {dict(sample.failed)}")
    fill_floor(crowd)
