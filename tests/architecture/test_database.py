"""What the database itself guarantees: walls between missions and services, rows that cannot be rewritten."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, MetaData, create_engine, make_url, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, SERVICES
from shared.database import audit
from shared.database.db import Database, infrastructure
from shared.documents.model import Document
from shared.messaging import heartbeat, inbox, outbox
from tests.conftest import ELSEWHERE, HOME, officer

MODELS = {"gateway": "services.gateway.accounts.model"}
# Models in the rooms of a service are declared once its entrance has been imported.
ENTRANCES = {
    "gateway": ("services.gateway.accounts.factors.model",),
    "consular": ("services.consular.api", "services.consular.api.money.prices"),
    "civil_registry": ("services.civil_registry.registrar.model",),
}
KNOWN_TO_THE_DATABASE_ALONE = {"remove_index", "remove_fk", "remove_constraint", "remove_column"}
# What writes these tables makes them as well: alembic, and the loader of reference data.
OF_THE_PLATFORM = {"alembic_version", "reference_load"}
# Filled and read by triggers alone.
COLUMNS_OF_THE_DATABASE = {"consular": {"entry.written_in"}}
assert outbox.TABLES and inbox.TABLES and heartbeat.heartbeat.name  # importing them declares them


@pytest.fixture(scope="module")
def owner(cluster: Postgres, urls: dict[str, str]) -> Iterator[Engine]:
    """The database as its administrator sees it."""
    assert urls
    address = make_url(cluster.admin_url).set(drivername="postgresql+psycopg", database=DATABASE)
    engine = create_engine(address)
    yield engine
    engine.dispose()


def ask(engine: Engine, question: str, **params: object) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(question), params)]


WALLED = """
    SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
           (SELECT array_agg(p.polname || ' ' || p.polcmd::text ORDER BY p.polname) FROM pg_policy p
            WHERE p.polrelid = c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'mission' AND NOT a.attisdropped
    WHERE n.nspname = :service AND c.relkind IN ('r', 'p')
"""


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_of_missions_is_walled(owner: Engine, service: str) -> None:
    found = ask(owner, WALLED, service=service)
    assert found, "at least the events carry a mission"
    # `*` is every command, `r` reading only: people see what is their own wherever they filed it.
    own = ["own_mission *", "own_person r"]
    policies = dict.fromkeys(("application", "acting_person", "inquiry", "mandate", "notice", "passport"), own)
    assert [row for row in found if row[1:] != (True, policies.get(str(row[0]), ["own_mission *"]))] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_owns_nothing_and_may_not_make_anything(owner: Engine, service: str) -> None:
    owned = "SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = :service)"
    assert ask(owner, owned, service=service) == []
    powers = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = :service"
    assert ask(owner, powers, service=service) == [(False, False, False, False)]
    assert ask(
        owner, "SELECT has_schema_privilege(CAST(:service AS name), CAST(:service AS text), 'CREATE')", service=service
    ) == [(False,)]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_no_other_schema(owner: Engine, service: str) -> None:
    for other in set(SERVICES) - {service}:
        entered = ask(owner, "SELECT has_schema_privilege(:service, :other, 'USAGE')", service=service, other=other)
        assert entered == [(False,)]


def declared(service: str) -> MetaData:
    """Every table that the service's models describe."""
    for entrance in ENTRANCES.get(service, ()):
        __import__(entrance)
    module = __import__(MODELS.get(service, f"services.{service}.model"), fromlist=["Base"])
    whole = MetaData(naming_convention=infrastructure.naming_convention)
    papers = () if service == "gateway" else (Document.metadata,)
    for source in (module.Base.metadata, infrastructure, *papers):
        for table in source.tables.values():
            table.to_metadata(whole)
    return whole


@pytest.mark.parametrize("service", SERVICES)
def test_models_and_migrations_say_the_same(owner: Engine, service: str) -> None:
    with owner.connect() as connection:
        connection.execute(text("SELECT set_config('search_path', :schema, false)"), {"schema": service})
        # Types are compared below: VARCHAR and TEXT are one type to PostgreSQL, not to this comparison.
        options = {
            "include_name": lambda name, kind, _: not (kind == "table" and name in OF_THE_PLATFORM),
            "compare_type": False,
        }
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), declared(service))
    # The database may know more (indexes, keys, exclusions); it may not lack or contradict what the models say.
    assert [each for each in differences if each[0] not in KNOWN_TO_THE_DATABASE_ALONE] == []


COLUMNS = """
    SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = :service AND c.relkind IN ('r', 'p')
"""


@pytest.mark.parametrize("service", SERVICES)
def test_columns_have_the_types_that_models_say(owner: Engine, service: str) -> None:
    found = {str(name): (kind, required) for name, kind, required in ask(owner, COLUMNS, service=service)}
    written = {
        f"{table.name}.{column.name}": (type_of(column), not column.nullable)
        for table in declared(service).tables.values()
        for column in table.columns
    }
    alone = {name for name in found.keys() - written.keys() if name.partition(".")[0] not in OF_THE_PLATFORM}
    assert alone == COLUMNS_OF_THE_DATABASE.get(service, set())
    assert {name: (found.get(name), said) for name, said in written.items() if found.get(name) != said} == {}


def type_of(column: Column[Any]) -> str:
    """As PostgreSQL writes a column's type."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    written = column.type.compile(dialect=dialect).lower().replace(", ", ",")
    return "text" if written == "varchar" else written


def test_rows_of_another_mission_are_neither_seen_nor_written(session_for: Callable[..., Session]) -> None:
    session = session_for("consular", ELSEWHERE)
    audit.record(session, officer(mission=ELSEWHERE), "desk.case", "BER-TEST")
    session.execute(text("SELECT set_config('mahjar.mission', :mission, true)"), {"mission": HOME})
    assert session.execute(text("SELECT count(*) FROM event WHERE about = 'BER-TEST'")).scalar() == 0
    forged = (
        "INSERT INTO event (mission, actor_kind, actor, role, action, about) VALUES ('BER', 'x', 'x', 'x', 'x', 'x')"
    )
    with pytest.raises(DBAPIError, match="row-level security"):
        session.execute(text(forged))


def test_a_pooled_connection_carries_no_mission_over(database: Callable[[str], Database]) -> None:
    with database("consular").scope(HOME):
        pass
    with Session(database("consular").engine) as session:
        assert session.execute(text("SELECT current_setting('mahjar.mission', true)")).scalar() in (None, "")
        assert session.execute(text("SELECT count(*) FROM event")).scalar() == 0


@pytest.mark.parametrize("change", ["UPDATE event SET reason = 'rewritten'", "DELETE FROM event", "TRUNCATE event"])
def test_events_cannot_be_rewritten_by_the_service_nor_by_the_administrator(
    session_for: Callable[..., Session], owner: Engine, change: str
) -> None:
    session = session_for("consular")
    audit.record(session, officer(), "desk.case", "RUH-TEST")
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        session.execute(text(change))
    with owner.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text("SET search_path = consular"))
        connection.execute(text(change))
