"""A mission of its own for a simulation: a PostgreSQL, a service with so many seats, people with their files."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert
from sqlalchemy.orm import Session

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.migrate import migrate_all
from deploy.platform.database.roles import DATABASE, connect_as_admin, prepare
from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.appointments.booking.hold import Booker
from services.consular.missions import today
from services.consular.missions.due_dates import lapses_on
from shared.database import db
from shared.database.db import Database
from shared.database.rows import table_of
from shared.identity.actor import Actor
from shared.values import references

MISSION, SERVICE, SLUG = "RUH", "simulation", "embassy-queue-riyadh"
FIRST_DAY, DAYS, SLOTS = 9, 10, 2
TABLES = (
    *("turn_confirmation", "intention_member", "intention", "draw_file", "draw", "reserved_seat", "waiting_entry"),
    *("turn", "step", "notice", "application"),
)


@dataclass(frozen=True)
class Person:
    """Somebody with one file and one document."""

    id: str
    reference: str

    @property
    def actor(self) -> Actor:
        return Actor("expatriate", f"account-{self.id}", "expatriate", MISSION, self.id)

    @property
    def booker(self) -> Booker:
        return Booker(MISSION, SERVICE, self.reference, self.id, f"N{self.id}", self.id)


@dataclass(frozen=True)
class World:
    """The mission's database, and the administrator's address of it."""

    database: Database
    admin_url: str

    def begin(self, mode: str, seats: int, people: int) -> list[Person]:
        """An empty mission that gives about so many seats in a mode, and so many people."""
        self._clear()
        self._open(mode, seats)
        with self.database.scope(MISSION) as session:
            return _file(session, people)

    def days(self, session: Session) -> tuple[date, date]:
        """The days whose seats are given."""
        first = today(session, MISSION) + timedelta(days=FIRST_DAY)
        return first, first + timedelta(days=DAYS - 1)

    def _clear(self) -> None:
        with connect_as_admin(self.admin_url, DATABASE) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(f"TRUNCATE {', '.join(f'consular.{name}' for name in TABLES)} CASCADE")
            for name in ("opening", "seat_rule", "turn_rule"):
                connection.execute(f"DELETE FROM consular.{name} WHERE approver = 'simulation'")  # noqa: S608

    def _open(self, mode: str, seats: int) -> None:
        end = "'2024-01-02', NULL, 'simulation', 'L', 'simulation'"
        rule = f"'s', 'RUH', '{SERVICE}', '{mode}', '10:00', 60, 48, 8, 1, 4, 5, true"
        quota = f"'s', 'RUH', '{SERVICE}', 30, 10, 1, 1000, 24, 15"
        with connect_as_admin(self.admin_url, DATABASE) as connection:
            connection.execute(f"INSERT INTO consular.turn_rule SELECT {quota}, {end.replace('NULL, ', '')}")
            connection.execute(f"INSERT INTO consular.seat_rule SELECT {rule}, {end.replace('NULL, ', '')}")
            for weekday in range(7):
                row = f"'s{weekday}', 'RUH', '{SERVICE}', {weekday}, '09:00', '11:00', 60, {max(1, seats // 20)}, '1'"
                connection.execute(f"INSERT INTO consular.opening SELECT {row}, {end}")


def _file(session: Session, people: int) -> list[Person]:
    """A draft for each, as the page would have left it before the time is chosen."""
    made, rows = [], []
    for number in range(people):
        person = Person(f"{number:06}", references.new(MISSION, references.APPLICATION_LENGTH))
        answers = {"service_wanted": SERVICE, "passport_number": person.booker.document}
        rows.append(
            {
                "reference": person.reference,
                "mission": MISSION,
                "transaction": SLUG,
                "account": person.actor.id,
                "person": person.id,
                "acting": person.id,
                "capacity": "holder",
                "status": Status.DRAFT.value,
                "single": False,
                "answers": answers,
                "facts": {},
                "round": 0,
                "lapses_on": lapses_on(session, MISSION),
                "created_at": db.now(session),
                "changed_at": db.now(session),
            }
        )
        made.append(person)
    session.execute(insert(table_of(Application)), rows)
    return made


@contextmanager
def started_world() -> Iterator[World]:
    """A PostgreSQL for the simulation alone."""
    with TemporaryDirectory() as folder, Postgres(Path(folder)) as cluster:
        urls = prepare(cluster.admin_url, cluster.data)
        migrate_all(cluster.admin_url)
        database = Database(urls["consular"])
        try:
            yield World(database, cluster.admin_url)
        finally:
            database.engine.dispose()
