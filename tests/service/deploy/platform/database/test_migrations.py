"""Migrations are history: a new database and a data folder of an earlier day become the same, and nothing is lost."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from alembic import command
from flask import Flask
from psycopg import Connection, sql
from sqlalchemy import create_engine, make_url

from deploy.demo.population import specimens
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database import reference_data
from deploy.platform.database.migrate import SERVICES_FOLDER, current, migrate_all
from deploy.platform.database.migrations import act_as_owner, configuration
from deploy.platform.database.roles import DATABASE, SERVICES, connect_as_admin, prepare
from services.consular.people import rules
from shared.identity.crypto import Keys
from shared.values import names
from tests.conftest import HOME, ServiceClient, expatriate
from tests.factories.environment.database import data_folder
from tests.factories.environment.database.objects import KINDS, Objects, objects_of

COMMON = ("event", "inbox", "outbox")
NEXT = '''"""One more column in tables that every service has."""

from alembic import op
from sqlalchemy import Column, Text

revision = "next"
down_revision = "{head}"


def upgrade() -> None:
    for table in {tables}:
        op.add_column(table, Column("remark", Text, nullable=False, server_default="none"))
'''
# A revision may add to these; the database says so itself.
VERSIONS = "alembic_version"
# Keys that a revision derives anew from what stays, and what dated rows have taken the place of.
DERIVED = {
    ("consular", "applicant"): frozenset({"match_key"}),
    ("consular", "mission"): frozenset({"weekend", "half_days"}),
    # Notices of before are not sent on.
    ("consular", "notice"): frozenset({"sent_at"}),
}


# Holidays of fixed years: rules took their place, which the tests of public holidays compare with every one of them.
COMPUTED = frozenset({("consular", "closure")})


@dataclass(frozen=True)
class Upgraded:
    """A data folder of an earlier day after its first start with the code of today."""

    postgres: Postgres
    urls: dict[str, str]
    written: dict[tuple[str, str], data_folder.Rows]
    before: dict[tuple[str, str], data_folder.Rows]
    after: dict[tuple[str, str], data_folder.Rows]
    loaded: list[str]


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    with Postgres(tmp_path_factory.mktemp("upgraded")) as postgres:
        data_folder.restore(postgres)
        written, before = read_all(postgres), read_all(postgres, DERIVED)
        urls = prepare(postgres.admin_url, postgres.data)
        migrate_all(postgres.admin_url)
        with connect_as_admin(postgres.admin_url, DATABASE) as connection:
            loaded = [name for service in SERVICES for name in reference_data.loaded(connection, service)]
        yield Upgraded(postgres, urls, written, before, read_all(postgres, DERIVED), loaded)


def read_all(
    postgres: Postgres, omitted: Mapping[tuple[str, str], frozenset[str]] = MappingProxyType({})
) -> dict[tuple[str, str], data_folder.Rows]:
    """The rows of every table, without the omitted columns."""
    tables = {(table.schema, table.name): table for table in data_folder.tables()}
    with connect_as_admin(postgres.admin_url, DATABASE) as connection:
        return {
            key: replace(table, columns=tuple(name for name in table.columns if name not in omitted.get(key, ()))).read(
                connection
            )
            for key, table in tables.items()
        }


def objects_in(postgres: Postgres, service: str) -> Objects:
    with connect_as_admin(postgres.admin_url, DATABASE) as connection, connection.transaction():
        return objects_of(connection, service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_new_database_and_an_upgraded_one_have_the_same_objects(
    service: str, cluster: Postgres, urls: dict[str, str], upgraded: Upgraded
) -> None:
    assert urls
    new, old = objects_in(cluster, service), objects_in(upgraded.postgres, service)
    assert {key: (new.get(key), old.get(key)) for key in new.keys() | old.keys() if new.get(key) != old.get(key)} == {}
    # Nobody compares nothing: each kind of object is there.
    assert {kind for kind, _ in new} == KINDS
    head = (SERVICES_FOLDER / service / "migrations" / "HEAD").read_text().strip()
    assert current(cluster.admin_url, service) == current(upgraded.postgres.admin_url, service) == head


def test_the_dump_is_restored_as_it_was_written(upgraded: Upgraded) -> None:
    found = {key: (rows.total(), data_folder.checksum(rows)) for key, rows in upgraded.written.items()}
    assert found == {(table.schema, table.name): (table.rows, table.checksum) for table in data_folder.tables()}


def test_nothing_is_lost_by_migrations_and_reference_data(upgraded: Upgraded) -> None:
    changes = {source.table: source.changes for service in SERVICES for source in reference_data.sources(service)}
    for (schema, name), rows in upgraded.before.items():
        if name == VERSIONS:
            continue
        if (schema, name) in COMPUTED:
            continue
        kept = upgraded.after[schema, name]
        if name not in changes:
            assert kept == rows, (schema, name)
        elif changes[name]:
            assert kept.total() >= rows.total(), (schema, name)
        else:
            # A dated row once published is never reworded: what changes is a row of its own.
            assert rows <= kept, (schema, name)
    assert sorted(upgraded.loaded) == sorted(
        source.path.name for service in SERVICES for source in reference_data.sources(service)
    )


def test_names_of_an_older_data_folder_are_found_by_keys_derived_anew(upgraded: Upgraded) -> None:
    with connect_as_admin(upgraded.postgres.admin_url, DATABASE) as connection:
        people = connection.execute("SELECT application, name, born, match_key FROM consular.applicant").fetchall()
        found = connection.execute("SELECT application, key FROM consular.search_key WHERE kind = 'name'").fetchall()
    assert people
    for application, name, born, match_key in people:
        assert match_key == rules.match_key(name, born)
        assert {key for other, key in found if other == application} >= names.search_keys(name["given"])


def test_an_older_data_folder_has_every_row_that_the_files_have(upgraded: Upgraded) -> None:
    """As a new database has. A row that was published and then reworded is missed here: it wants a row of its own."""
    with connect_as_admin(upgraded.postgres.admin_url, DATABASE) as connection:
        for service in SERVICES:
            connection.execute("SELECT set_config('search_path', %s, false)", [service])
            for source in reference_data.sources(service):
                assert missing(connection, source) == []


def missing(connection: Connection, source: reference_data.Source) -> list[dict[str, str]]:
    """Rows of the file that the table does not have in just these words."""
    columns = reference_data.columns_of(connection, source.table, source.rows()[0])
    same = [sql.SQL("{} IS NOT DISTINCT FROM {}").format(column.identifier, column.placeholder) for column in columns]
    statement = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(
        sql.Identifier(source.table), sql.SQL(" AND ").join(same)
    )
    return [
        row
        for row in source.rows()
        if connection.execute(statement, [column.value(row[column.name]) for column in columns]).fetchone() != (1,)
    ]


@pytest.fixture(scope="module")
def client(upgraded: Upgraded, key_folder: Path) -> Iterator[Callable[[str], ServiceClient]]:
    """`client("consular")`: the application of today on the data of then."""
    made: dict[str, ServiceClient] = {}

    def give(service: str) -> ServiceClient:
        if service not in made:
            made[service] = ServiceClient(start(service, upgraded, key_folder), Keys(key_folder, "gateway"), service)
        return made[service]

    yield give
    for one in made.values():
        one.app.extensions["database"].engine.dispose()


def start(service: str, upgraded: Upgraded, key_folder: Path) -> Flask:
    environment = {
        "MAHJAR_DATABASE_URL": upgraded.urls[service],
        "MAHJAR_KEYS": str(key_folder),
        "MAHJAR_SECRET": "5e" * 32,
        "MAHJAR_PUBLIC_URL": "http://127.0.0.1:8080",
        "MAHJAR_PROVIDER_SECRET": "specimen-secret",
        "MAHJAR_WEBHOOK_SECRET": "specimen-secret",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        application: Flask = __import__(f"services.{service}", fromlist=["app"]).app()
    return application


FILED = "SELECT reference, status, person FROM consular.application WHERE mission = %s AND capacity = 'holder'"


def test_every_status_of_then_is_read_by_the_service_of_today(
    upgraded: Upgraded, client: Callable[[str], ServiceClient]
) -> None:
    with connect_as_admin(upgraded.postgres.admin_url, DATABASE) as connection:
        filed = connection.execute(f"{FILED} ORDER BY reference", [HOME]).fetchall()
    one_of_each = {status: (reference, person) for reference, status, person in filed}
    assert len(one_of_each) > 7
    for status, (reference, person) in one_of_each.items():
        answer = client("consular").get(f"/applications/{reference}", expatriate(person))
        assert (answer.status_code, answer.get_json()["status"]) == (200, status)


def test_an_application_of_then_goes_on(upgraded: Upgraded, client: Callable[[str], ServiceClient]) -> None:
    with connect_as_admin(upgraded.postgres.admin_url, DATABASE) as connection:
        row = connection.execute(f"{FILED} AND status = 'awaiting_payment' LIMIT 1", [HOME]).fetchone()
    assert row
    reference, _, person = row
    answer = client("consular").post(f"/applications/{reference}/withdraw", expatriate(person), {"key": "migrations"})
    assert answer.status_code == 200, answer.get_json()
    read = client("consular").get(f"/applications/{reference}", expatriate(person)).get_json()
    assert read["status"] == "withdrawn"


@pytest.mark.parametrize("register", ["civil_registry", "conscription"])
def test_the_registers_of_then_attest(register: str, client: Callable[[str], ServiceClient]) -> None:
    person = expatriate(specimens.STUDENT.person)
    answer = client(register).post("/statements", person, {"purpose": "residence-deferral"})
    assert answer.status_code == 200, answer.get_json()
    assert answer.get_json()["statement"]


def test_the_gateway_of_today_is_ready_on_the_accounts_of_then(
    upgraded: Upgraded, client: Callable[[str], ServiceClient]
) -> None:
    from services.gateway.accounts.model import Account

    with client("gateway").app.extensions["database"].scope(None) as session:
        held = session.query(Account).count()
    assert held == upgraded.before["gateway", "account"].total() > 0


@pytest.fixture
def versions(tmp_path: Path) -> Callable[[str], Path]:
    """`versions("consular")`: a copy of the service's migrations with one revision more."""

    def copy(service: str) -> Path:
        folder = tmp_path / service
        shutil.copytree(SERVICES_FOLDER / service / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
        head = (folder / "HEAD").read_text().strip()
        text = NEXT.format(head=head, tables=tables_of(service))
        (folder / "versions" / "next_remark.py").write_text(text)
        return folder

    return copy


def remarks(connection: Connection, service: str, table: str) -> set[tuple[Any, ...]]:
    return set(connection.execute(sql.SQL("SELECT remark FROM {}").format(sql.Identifier(service, table))))


def tables_of(service: str) -> tuple[str, ...]:
    return COMMON if service == "gateway" else (*COMMON, "document")


@pytest.mark.parametrize("service", SERVICES)
def test_a_new_revision_adds_columns_to_what_services_have_in_common(
    service: str,
    cluster: Postgres,
    urls: dict[str, str],
    upgraded: Upgraded,
    versions: Callable[[str], Path],
) -> None:
    assert urls
    folder, found = versions(service), []
    for postgres in (cluster, upgraded.postgres):
        before = objects_in(postgres, service)
        with with_another_revision(postgres, folder, service) as connection:
            after = objects_of(connection, service)
            added = {name: text for (_, name), text in after.items() - before.items() if "remark" in name}
            found.append(added)
            for table in tables_of(service):
                assert remarks(connection, service, table) <= {("none",)}
        assert objects_in(postgres, service) == before
    new, old = found
    assert new == old
    assert new.keys() >= {f"{table}.remark" for table in tables_of(service)}


@contextmanager
def with_another_revision(postgres: Postgres, folder: Path, service: str) -> Iterator[Connection]:
    """The connection that ran it; it is rolled back in the end."""
    engine = create_engine(make_url(postgres.admin_url).set(drivername="postgresql+psycopg", database=DATABASE))
    with engine.connect() as connection, connection.begin() as transaction:
        act_as_owner(connection, service)
        command.upgrade(configuration(connection, folder, service), "next")
        driver: Any = connection.connection.driver_connection
        yield driver
        transaction.rollback()
    engine.dispose()


def test_a_new_database_with_one_revision_more(
    tmp_path: Path, versions: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From nothing, as `make run` meets it: no earlier revision may know of the column already."""
    for service in SERVICES:
        folder = versions(service)
        (folder / "HEAD").write_text("next\n")
        shutil.copytree(folder, tmp_path / "services" / service / "migrations")
    monkeypatch.setattr("deploy.platform.database.migrate.SERVICES_FOLDER", tmp_path / "services")
    with Postgres(tmp_path / "new") as postgres:
        prepare(postgres.admin_url, postgres.data)
        migrate_all(postgres.admin_url)
        with connect_as_admin(postgres.admin_url, DATABASE) as connection:
            for service in SERVICES:
                for table in tables_of(service):
                    assert remarks(connection, service, table) == set()
