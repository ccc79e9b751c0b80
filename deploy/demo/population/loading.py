"""Fills the registers by COPY: a few thousand people at a time, in one transaction, all or nothing."""

from psycopg import Connection, sql

from deploy.demo.population import registers, soldiers
from deploy.demo.population.families import villages
from deploy.demo.population.people import Community
from deploy.demo.population.registers import CivilRegister, Rows
from deploy.demo.population.showcase import service_rows, showcase
from deploy.demo.population.soldiers import ServiceRegister
from deploy.platform.database.roles import OWNER

BATCH = 20_000
TARGETS = {"civil_registry": registers.COLUMNS, "conscription": soldiers.COLUMNS}


def load(connection: Connection, people: int = 20_000, seed: int = 1) -> int:
    """Writes so many people and the specimens into both registers. Returns how many; 0 if the registers are not empty.

    The connection's user must be the owner of the tables or allowed to act for the owner.
    """
    with connection.transaction():
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
        if connection.execute("SELECT EXISTS (SELECT FROM civil_registry.person)").fetchone() == (True,):
            return 0
        return _write(connection, people, seed)


def _write(connection: Connection, people: int, seed: int) -> int:
    civil, service = CivilRegister(seed), ServiceRegister(seed)
    civil.offices()
    service.branches()
    shown = showcase()
    civil.enter(shown)
    service_rows(service.rows)
    written = len(shown.people)
    for village in villages(people, seed):
        _enter(civil, service, village)
        written += len(village.people)
        if len(civil.rows["person"]) >= BATCH:
            _copy(connection, civil.rows, service.rows)
    _copy(connection, civil.rows, service.rows)
    for schema, tables in TARGETS.items():
        for table in tables:
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, table)))
    return written


def _enter(civil: CivilRegister, service: ServiceRegister, community: Community) -> None:
    civil.enter(community)
    service.enter(community)


def _copy(connection: Connection, civil: Rows, service: Rows) -> None:
    """Sends what has gathered, parents of foreign keys first, and forgets it."""
    for (schema, tables), rows in zip(TARGETS.items(), (civil, service), strict=True):
        for table, columns in tables.items():
            names = sql.SQL(", ").join(map(sql.Identifier, columns.split(", ")))
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(schema, table), names)
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                copy.write("".join(rows[table]))
        rows.clear()
