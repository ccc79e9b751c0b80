"""What tests share: one real PostgreSQL with every schema migrated, the services' roles, keys and clients."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.event import listen
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from deploy.demo import specimen_rates
from deploy.demo.population import load as load_population
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.migrate import migrate_all
from deploy.platform.database.roles import DATABASE, SERVICES, connect_as_admin, prepare
from shared.database import pending
from shared.database.db import Database, enter
from shared.identity.actor import PARTNERS, Actor, request_token
from shared.identity.crypto import Keys, create_keys
from tests.factories.environment.chromium import CHROMIUM, CHROMIUMS, FLAGS
from tests.factories.environment.statement_meter import StatementMeter

if TYPE_CHECKING:
    from playwright.sync_api import Browser

os.environ["MAHJAR_STRICT"] = "1"
pytest_plugins = ("tests.scheduling",)
# A second stand-in mission beside Riyadh, for what must not be seen across the wall.
HOME, ELSEWHERE = "RUH", "BER"
# Messages and events run through all modules of a run.
CARRIED = frozenset(("event", "outbox", "outbox_place", "inbox", "inbox_place", "parked"))
FILED: dict[str, list[str]] = {}
# Reference data to which tests add rows.
DATED = ("standing", "tariff", "rate")
BY_TESTS = "scope IS NOT NULL OR approver LIKE 'officer%' OR approver = 'test'"
RESTORED = (
    ("hall_ticket", "true"),
    ("hall_day", "true"),
    ("absence_appeal", "true"),
    ("turn_priority", "true"),
    ("photo_rule", "approver <> 'founding'"),
    ("promise_rule", "approver <> 'founding'"),
    ("office", "approver <> 'founding'"),
    ("attendance", "turn IS NOT NULL"),
    ("turn", "true"),
    ("reserved_seat", "true"),
    ("closure", BY_TESTS),
    ("opening", "approver LIKE 'officer%' OR approver = 'test'"),
    ("turn_rule", "scope IS NOT NULL"),
    ("weekend", "scope IS NOT NULL"),
    ("proposal", "true"),
)
REFERENCE_ROWS: dict[tuple[str, str], list[str]] = {}


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL of this test run, on a free port."""
    with Postgres(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="session")
def urls(cluster: Postgres) -> dict[str, str]:
    """Addresses by role; every schema stands at its head, with its reference data."""
    prepared = prepare(cluster.admin_url, cluster.data)
    migrate_all(cluster.admin_url)
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        specimen_rates.load(connection)
    note_reference_data(cluster.admin_url)
    return prepared


def note_reference_data(admin_url: str) -> None:
    """Remembers what the mission files, as against what it goes by: the tables without reference data, and the rows
    of reference data that tests add to."""
    with connect_as_admin(admin_url, DATABASE) as connection:
        named = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'consular'").fetchall()
        names = sorted(name for (name,) in named if name not in CARRIED)
        full = {name for name in names if connection.execute(f"SELECT 1 FROM consular.{name}").fetchone()}  # noqa: S608
        for name in DATED:
            ids = connection.execute(f"SELECT id FROM consular.{name}").fetchall()  # noqa: S608
            REFERENCE_ROWS[admin_url, name] = [row for (row,) in ids]
    FILED[admin_url] = [name for name in names if name not in full]


@pytest.fixture(scope="module")
def empty_files(urls: dict[str, str], cluster: Postgres) -> None:
    """Nobody has filed anything yet: what one module's people left open must not bar another's."""
    assert urls
    tables = ", ".join(f"consular.{name}" for name in FILED[cluster.admin_url])
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        # Append-only tables refuse even this, unless triggers sleep.
        connection.execute("SET session_replication_role = replica")
        connection.execute(f"TRUNCATE {tables}")
        # A status, tariff or rate that one module's tests declared must not hold in another's.
        for name in DATED:
            known = REFERENCE_ROWS[cluster.admin_url, name]
            connection.execute(f"DELETE FROM consular.{name} WHERE id <> ALL(%s)", [known])  # noqa: S608


@pytest.fixture
def restored_calendar(cluster: Postgres, urls: dict[str, str]) -> Iterator[None]:
    """Seats that a test takes are free again afterwards, and hours, closures and rules that it changes as they were."""
    assert urls
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        for table, rows in RESTORED:
            connection.execute(f"DELETE FROM consular.{table} WHERE {rows}")  # noqa: S608
        connection.execute("UPDATE consular.opening SET valid_to = NULL WHERE mission = %s", [HOME])
        connection.execute("UPDATE consular.office SET valid_to = NULL")


@pytest.fixture(scope="session")
def registers(cluster: Postgres, urls: dict[str, str]) -> int:
    """Both registers filled: the named specimens and a few hundred people around them."""
    assert urls
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        return load_population(connection, people=400, seed=7)


@pytest.fixture(scope="session")
def database(urls: dict[str, str]) -> Iterator[Callable[[str], Database]]:
    """`database("consular")`: that service's database, as its own role. What is committed stays for the run."""
    made: dict[str, Database] = {}

    def give(service: str) -> Database:
        if service not in made:
            made[service] = Database(urls[service])
        return made[service]

    yield give
    for one in made.values():
        one.engine.dispose()


@pytest.fixture
def session_for(database: Callable[[str], Database]) -> Iterator[Callable[..., Session]]:
    """`session_for("consular", "RUH")`: a session in a mission, rolled back when the test ends.

    It never commits: what a commit would write is written before whatever the test asks next.
    """
    opened = []

    def give(service: str, mission: str | None = HOME) -> Session:
        connection = database(service).engine.connect()
        outer = connection.begin()
        session = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        enter(session, mission)
        listen(session, "do_orm_execute", lambda state: pending.write(state.session))
        opened.append((session, outer, connection))
        return session

    yield give
    for session, outer, connection in reversed(opened):
        session.close()
        outer.rollback()
        connection.close()


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key pairs of all services, and of a stranger whom nobody trusts."""
    folder = tmp_path_factory.mktemp("keys")
    create_keys(folder, (*SERVICES, *PARTNERS))
    return folder


@pytest.fixture(scope="session")
def environment(
    urls: dict[str, str], key_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], dict[str, str]]:
    """The environment variables a service's process would have."""
    uploads = tmp_path_factory.mktemp("uploads")

    def give(service: str) -> dict[str, str]:
        return {
            "MAHJAR_DATABASE_URL": urls[service],
            "MAHJAR_KEYS": str(key_folder),
            "MAHJAR_SECRET": "5e" * 32,
            "MAHJAR_PUBLIC_URL": "http://127.0.0.1:8080",
            "MAHJAR_PROVIDER_SECRET": "specimen-key",
            "MAHJAR_WEBHOOK_SECRET": "specimen-secret",
            "MAHJAR_UPLOADS": str(uploads),
        }

    return give


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> StatementMeter:
    """`with statements.within("submit"):` counts the statements of all services against the budget of a use case."""
    return StatementMeter(monkeypatch)


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """One browser for the run, whatever folder asks for it; every visitor has cookies of their own."""
    if not CHROMIUM:
        pytest.skip(f"none of {CHROMIUMS} is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


class ServiceClient:
    """Asks one service as the gateway would, for any actor."""

    def __init__(self, app: Flask, gateway: Keys, audience: str) -> None:
        self.app = app
        self.gateway = gateway
        self.audience = audience
        self.client: FlaskClient = app.test_client()

    def ask(self, method: str, path: str, actor: Actor, **options: object) -> TestResponse:
        """The answer to a request with a valid token for this actor."""
        token = request_token(self.gateway, actor, self.audience)
        headers = {"Authorization": f"Bearer {token}", **dict(options.pop("headers", {}))}  # type: ignore[call-overload]
        return self.client.open(path, method=method, headers=headers, **options)  # type: ignore[arg-type]

    def get(self, path: str, actor: Actor, **options: object) -> TestResponse:
        """GET."""
        return self.ask("GET", path, actor, **options)

    def post(self, path: str, actor: Actor, body: object = None, **options: object) -> TestResponse:
        """POST of JSON."""
        return self.ask("POST", path, actor, json=body, **options)


@pytest.fixture(scope="session")
def service_client(
    environment: Callable[[str], dict[str, str]], key_folder: Path
) -> Iterator[Callable[[str], ServiceClient]]:
    """`service_client("consular")`: the real application on the real database, called without a socket."""
    made: dict[str, ServiceClient] = {}

    def give(service: str) -> ServiceClient:
        if service not in made:
            with pytest.MonkeyPatch.context() as patch:
                for name, value in environment(service).items():
                    patch.setenv(name, value)
                application = __import__(f"services.{service}", fromlist=["app"]).app()
            application.testing = False
            made[service] = ServiceClient(application, Keys(key_folder, "gateway"), service)
        return made[service]

    yield give
    for one in made.values():
        one.app.extensions["database"].engine.dispose()


def expatriate(person: str | None = None, mission: str = HOME) -> Actor:
    """Somebody signed in, with a confirmed person."""
    known = person or str(uuid.uuid4())
    return Actor("expatriate", f"account-{known[:8]}", "expatriate", mission, known)


def officer(role: str = "officer", mission: str = HOME, name: str = "") -> Actor:
    """Somebody of the embassy's staff."""
    return Actor("officer", name or f"{role}-{mission}", role, mission)
