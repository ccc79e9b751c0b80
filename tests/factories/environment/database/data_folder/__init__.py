"""A data folder as the platform left it before migrations were frozen, and what it held.

`dump.sql.xz` was written by pg_dump 18 (`--inserts`) from the database of commit ae37ab3, after its journey and service
tests had filed, paid, decided and issued for the specimens. `tables.csv` has the columns, the number of rows and a
checksum of each table. Neither is ever written again: the code of today must open it.
"""

import csv
import lzma
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from psycopg import Connection, sql

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import (
    DATABASE,
    OWNER,
    SERVICES,
    connect_as_admin,
    create_database,
    create_roles,
    load_passwords,
)

FOLDER = Path(__file__).parent
Rows = Counter[str]
# What later servers understand, and psql alone.
SKIPPED = ("\\restrict", "\\unrestrict", "SET transaction_timeout")


@dataclass(frozen=True)
class Table:
    """What one table held. Its columns of then are compared, whatever columns it has been given since."""

    schema: str
    name: str
    columns: tuple[str, ...]
    rows: int
    checksum: str

    def read(self, connection: Connection) -> Rows:
        """The hash of each row, over the columns of then."""
        columns = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        statement = sql.SQL("SELECT md5(ROW({})::text) FROM {}").format(columns, sql.Identifier(self.schema, self.name))
        return Counter(row[0] for row in connection.execute(statement))


def tables() -> list[Table]:
    with (FOLDER / "tables.csv").open(encoding="utf-8", newline="") as file:
        return [
            Table(row["schema"], row["table"], tuple(row["columns"].split()), int(row["rows"]), row["checksum"])
            for row in csv.DictReader(file)
        ]


def restore(postgres: Postgres) -> None:
    """Puts the dump into a new cluster, beside its roles."""
    with connect_as_admin(postgres.admin_url) as admin:
        create_roles(admin, load_passwords(postgres.data / "passwords.json"))
        create_database(admin, DATABASE, OWNER, visitors=SERVICES)
    with connect_as_admin(postgres.admin_url, DATABASE) as connection:
        connection.execute(dump())


def dump() -> bytes:
    text = lzma.decompress((FOLDER / "dump.sql.xz").read_bytes()).decode()
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(SKIPPED)).encode()


def checksum(rows: Rows) -> str:
    """One figure for a table, whatever the order of its rows."""
    return sha256("\n".join(sorted(rows.elements())).encode()).hexdigest()
