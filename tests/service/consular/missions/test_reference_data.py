"""Reference data are kept in the process, and never older than the transaction that reads them."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular import missions
from services.consular.appointments.calendars.closures import ClosureRequest, close, reopen
from services.consular.missions import calendar, reference_data
from services.consular.missions.model import HostCalendar, Mission, Opening
from services.consular.missions.reference_data import FIRST, reference_version
from services.consular.model import ReferenceData
from services.consular.payments.tariffs import transaction_status
from shared.database.db import Database
from tests.conftest import ELSEWHERE, HOME, officer

SessionFor = Callable[..., Session]
Suspended = Callable[[], AbstractContextManager[None]]
KEPT = sorted(model.__tablename__ for model in ReferenceData.__subclasses__())
SLUG = "passport-renewal"


@pytest.fixture
def consular(urls: dict[str, str]) -> Iterator[Database]:
    """The database as a process of the service opens it."""
    database = Database(urls["consular"], pool_size=4, first=FIRST)
    yield database
    database.engine.dispose()


@contextmanager
def statements_of(database: Database) -> Iterator[list[str]]:
    """The statements that the database is sent meanwhile, without each transaction's first."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "set_config" not in statement:
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine, "before_cursor_execute", note)


def status(database: Database) -> str | None:
    with database.scope(HOME) as session:
        mission = missions.find(session, HOME)
        row = transaction_status.status_on(session, SLUG, mission, missions.today(session, HOME))
        return row.status if row else None


@pytest.fixture
def suspended(consular: Database, cluster: Postgres) -> Callable[[], AbstractContextManager[None]]:
    """`with suspended():` the mission has suspended the transaction since today, by a committed row."""

    @contextmanager
    def suspend() -> Iterator[None]:
        with consular.scope(HOME) as session:
            today = missions.today(session, HOME)
            transaction_status.declare_status(session, SLUG, "suspended", today, "Circular", "officer-1", scope=HOME)
        yield
        with connect_as_admin(cluster.admin_url, DATABASE) as connection:
            # The table is append-only, unless triggers sleep.
            connection.execute("SET session_replication_role = replica")
            connection.execute("DELETE FROM consular.standing WHERE transaction = %s AND scope = %s", [SLUG, HOME])

    return suspend


def test_what_is_kept_costs_no_statement(consular: Database) -> None:
    assert status(consular) == "active"
    with statements_of(consular) as sent:
        assert status(consular) == "active"
    assert sent == []


def test_an_edit_counts_from_its_commit(consular: Database, suspended: Suspended) -> None:
    assert status(consular) == "active"
    with suspended():
        assert status(consular) == "suspended"
    assert status(consular) == "active"


def test_an_edit_by_an_administrator_counts_even_where_triggers_sleep(consular: Database, cluster: Postgres) -> None:
    before = status(consular)
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("SET session_replication_role = replica")
        changed = "UPDATE consular.standing SET status = %s WHERE transaction = %s AND scope IS NULL AND status = %s"
        connection.execute(changed, ["suspended", SLUG, "active"])
        try:
            assert (before, status(consular)) == ("active", "suspended")
        finally:
            connection.execute(changed, ["active", SLUG, "suspended"])
    assert status(consular) == "active"


def test_an_edit_that_is_rolled_back_is_kept_nowhere(consular: Database) -> None:
    class Undone(Exception):
        pass

    with pytest.raises(Undone), consular.scope(HOME) as session:
        mission, today = missions.find(session, HOME), missions.today(session, HOME)
        transaction_status.declare_status(session, SLUG, "suspended", today, "Circular", "officer-1", scope=HOME)
        row = transaction_status.status_on(session, SLUG, mission, today)
        assert row is not None
        assert row.status == "suspended"
        raise Undone
    assert status(consular) == "active"


def test_a_version_never_comes_again(session_for: SessionFor) -> None:
    session = session_for("consular")
    versions = set()
    for _ in range(3):
        with session.begin_nested() as edit:
            session.execute(update(Mission).values(status=Mission.status))
            versions.add(session.scalar(select(reference_version.c.version)))
            edit.rollback()
    assert len(versions) == 3


@pytest.mark.parametrize("table", KEPT)
def test_every_edit_of_what_is_kept_raises_the_version(cluster: Postgres, urls: dict[str, str], table: str) -> None:
    assert urls
    ask = "SELECT tgenabled::text, tgtype FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'new_version'"
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        # Always; after each statement that inserts, deletes, updates or truncates.
        assert connection.execute(ask, [f"consular.{table}"]).fetchall() == [("A", 4 + 8 + 16 + 32)]


def test_a_closure_counts_in_its_own_transaction_and_so_does_its_removal(session_for: SessionFor) -> None:
    session, actor = session_for("consular"), officer("head_of_mission")
    day = missions.today(session, HOME) + timedelta(days=30)
    before = calendar.closed_from(session, HOME)
    closure = close(session, actor, HOME, ClosureRequest(day, day, "عطلة", "Holiday", seats=True, payments=False))
    assert calendar.closed_from(session, HOME) == before | {day}
    reopen(session, actor, HOME, closure.id)
    assert calendar.closed_from(session, HOME) == before


def test_whoever_waited_for_the_calendar_counts_by_what_was_closed_meanwhile(consular: Database) -> None:
    """The version of the first statement is from before the wait."""
    actor = officer("head_of_mission")
    with consular.scope(HOME) as waiting:
        today = missions.today(waiting, HOME)
        closed = calendar.closed_days(waiting, HOME, today, today + timedelta(days=60))
        day = next(one for ahead in range(31, 60) if (one := today + timedelta(days=ahead)) not in closed)
        with consular.scope(HOME) as other:
            made = close(other, actor, HOME, ClosureRequest(day, day, "عطلة", "", seats=True, payments=False)).id
        calendar.take_shared_lock(waiting, HOME, "calendar")
        closed = calendar.closed_days(waiting, HOME, day, day)
    with consular.scope(HOME) as session:
        reopen(session, actor, HOME, made)
        assert day not in calendar.closed_days(session, HOME, day, day)
    assert day in closed


def test_rows_behind_a_wall_are_kept_by_mission(consular: Database) -> None:
    def calendars(mission: str) -> set[str]:
        with consular.scope(mission) as session:
            return {row.mission for row in reference_data.rows(session, HostCalendar)}

    assert (calendars(HOME), calendars(ELSEWHERE), calendars(HOME)) == ({HOME}, {ELSEWHERE}, {HOME})


def test_an_empty_table_is_known_to_be_empty(consular: Database) -> None:
    def ask() -> tuple[Opening, ...]:
        with consular.scope("XXX") as session:
            return reference_data.rows(session, Opening)

    assert ask() == ()
    with statements_of(consular) as sent:
        assert ask() == ()
    assert sent == []


def test_a_value_is_made_once_for_a_version(consular: Database, suspended: Suspended) -> None:
    made: list[int] = []
    key = uuid.uuid4()

    def compute() -> int:
        made.append(1)
        return len(made)

    def ask() -> int:
        with consular.scope(HOME) as session:
            return reference_data.value(session, key, compute)

    assert [ask(), ask()] == [1, 1]
    with suspended():
        assert [ask(), ask()] == [2, 2]


def test_rows_of_another_version_make_no_lasting_value(consular: Database) -> None:
    """A value that was being made when an edit was committed may mix old rows and new ones."""
    key = uuid.uuid4()

    def compute() -> list[str]:
        with consular.scope(None) as other:
            other.execute(update(Mission).values(status=Mission.status))
        reference_data._rows.clear()
        return [row.code for row in reference_data.rows(session, Mission)]

    with consular.scope(HOME) as session:
        reference_data.value(session, key, compute)
    assert [known for known in reference_data._values if known[1] == key] == []
