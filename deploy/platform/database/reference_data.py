"""Loads the reference data of services: rows of dated files, such as missions, tariffs and amounts of law.

Each service's `data` folder says so itself. `TABLES.csv` names the files that are tables, parents first, and what may
change in a row that a database has already. `LOADS.csv` dates every version of every file by its hash. Both
name a file without the folder that it lies in below them. A database remembers in `reference_load` which versions it
has loaded and when; a version it has costs one question.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from psycopg import Connection, Cursor, sql

from deploy.platform.database.roles import DATABASE, OWNER, SERVICES, connect_as_admin
from shared.values.dates import STATE_ZONE, local_date

SERVICES_FOLDER = Path(__file__).parents[3] / "services"
SHARED_FOLDER = Path(__file__).parents[3] / "shared"
TABLES, LOADS = "TABLES.csv", "LOADS.csv"
# Any constant will do: two starts at once take turns.
LOADING = 7_234_903
# Like alembic's own table, it is made by what writes it.
CREATE = """
    CREATE TABLE IF NOT EXISTS reference_load (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        file text NOT NULL, sha256 text NOT NULL, dated date, loaded_at timestamptz NOT NULL DEFAULT now()
    )
"""
LOADED = "SELECT DISTINCT ON (file) file, sha256 FROM {}.reference_load ORDER BY file, id DESC"
RECORD = "INSERT INTO reference_load (file, sha256, dated) VALUES (%s, %s, %s)"
COLUMNS = """
    SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
           EXISTS (SELECT FROM pg_index i
                   WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS is_key
    FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
"""
ALL = "all"


@dataclass(frozen=True)
class Source:
    """A file whose rows belong into a table. `changes`: `all` follow the file, one column is set once, or nothing."""

    path: Path
    table: str
    changes: str

    @property
    def hash(self) -> str:
        return hash_of(self.path)

    def rows(self) -> list[dict[str, str]]:
        return read(self.path)


@dataclass(frozen=True)
class Column:
    """A column of a table, as PostgreSQL describes it."""

    name: str
    type: str
    nullable: bool
    is_key: bool

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.name)

    @property
    def placeholder(self) -> sql.Composable:
        return sql.SQL("CAST({} AS {})").format(sql.Placeholder(), sql.SQL(self.type))

    def value(self, written: str) -> str | None:
        """What a file has written, as PostgreSQL reads it. An empty cell is null where the column may be null."""
        if self.type.endswith("[]"):
            return f"{{{','.join(written.split())}}}"
        return None if written == "" and self.nullable else written


def load(admin_url: str) -> list[str]:
    """The files that were loaded: those whose version the database has not. Rows that a desk made or changed stay."""
    with connect_as_admin(admin_url, DATABASE) as connection:
        behind = [service for service in SERVICES if unknown(connection, service)]
        return [name for service in behind for name in load_service(connection, service)]


def load_service(connection: Connection, service: str) -> list[str]:
    with connection.transaction():
        enter(connection, service)
        # Asked again: whoever held the lock may have loaded them.
        todo = unknown(connection, service)
        for source in todo:
            load_file(connection, source)
    return [source.path.name for source in todo]


def sources(service: str) -> list[Source]:
    folder = SERVICES_FOLDER / service / "data"
    listed = read(folder / TABLES) if (folder / TABLES).exists() else []
    return [Source(file_in(folder, row["file"]), row["table"], row["changes"]) for row in listed]


def file_in(folder: Path, name: str) -> Path:
    """The one file of that name in the folder or below it."""
    (path,) = folder.rglob(name)
    return path


def folder_of(path: Path) -> Path:
    """The `data` folder of a file: the one whose `LOADS.csv` dates it."""
    return next(folder for folder in path.parents if (folder / LOADS).exists())


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hash_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def dates(folder: Path) -> dict[tuple[str, str], date]:
    """By file and hash, the day from which that version counts."""
    return {(row["file"], row["sha256"]): date.fromisoformat(row["dated"]) for row in read(folder / LOADS)}


def unknown(connection: Connection, service: str) -> list[Source]:
    """Files whose version is not the one that the database loaded last."""
    listed = sources(service)
    known = loaded(connection, service) if listed else {}
    return [source for source in listed if known.get(source.path.name) != source.hash]


def loaded(connection: Connection, service: str) -> dict[str, str]:
    """By file, the hash of the version that was loaded last."""
    if connection.execute("SELECT to_regclass(%s)", [f"{service}.reference_load"]).fetchone() == (None,):
        return {}
    rows: list[tuple[str, str]] = connection.execute(sql.SQL(LOADED).format(sql.Identifier(service))).fetchall()
    return dict(rows)


def enter(connection: Connection, service: str) -> None:
    """Acts as the owner of the service's tables until the transaction ends, and waits for any other loader."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOADING])
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
    connection.execute("SELECT set_config('search_path', %s, true)", [service])
    connection.execute("SET LOCAL client_min_messages = warning")
    connection.execute(CREATE)


def load_file(connection: Connection, source: Source) -> None:
    """Inserts what the table lacks, changes what `changes` allows, and records the version."""
    rows = source.rows()
    columns = columns_of(connection, source.table, rows[0])
    statement = upsert(source, columns)
    with connection.cursor() as cursor:
        for row in rows:
            enter_mission(cursor, row.get("mission", ""))
            cursor.execute(statement, [column.value(row[column.name]) for column in columns])
    version = source.path.name, source.hash
    connection.execute(RECORD, [*version, dates(folder_of(source.path)).get(version)])


def enter_mission(cursor: Cursor, mission: str) -> None:
    """Some tables stand behind the wall of their mission, which binds the owner too."""
    cursor.execute("SELECT set_config('mahjar.mission', %s, true)", [mission])


def columns_of(connection: Connection, table: str, row: dict[str, str]) -> list[Column]:
    """The columns that the file has; the database may know more."""
    described = [Column(*description) for description in connection.execute(COLUMNS, [table])]
    known = {column.name: column for column in described}
    return [known[name] for name in row]


def upsert(source: Source, columns: list[Column]) -> sql.Composed:
    table = sql.Identifier(source.table)
    return sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) {}").format(
        table,
        sql.SQL(", ").join(column.identifier for column in columns),
        sql.SQL(", ").join(column.placeholder for column in columns),
        sql.SQL(", ").join(column.identifier for column in columns if column.is_key),
        on_existing_row(source, columns),
    )


def on_existing_row(source: Source, columns: list[Column]) -> sql.Composable:
    if not source.changes:
        return sql.SQL("DO NOTHING")
    names = [column.name for column in columns if not column.is_key and source.changes in (ALL, column.name)]
    assign = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names)
    update = sql.SQL("DO UPDATE SET {}").format(assign)
    if source.changes == ALL:
        return update
    return sql.SQL("{} WHERE {}.{} IS NULL").format(
        update, sql.Identifier(source.table), sql.Identifier(source.changes)
    )


def undated() -> Iterator[tuple[Path, str]]:
    """Files of reference data whose version no line of `LOADS.csv` dates, with their hash."""
    for loads in sorted(path for root in (SERVICES_FOLDER, SHARED_FOLDER) for path in root.glob(f"*/data/{LOADS}")):
        known = dates(loads.parent)
        for path in sorted(set(loads.parent.rglob("*.csv")) - {loads, loads.parent / TABLES}):
            if (path.name, hash_of(path)) not in known:
                yield path, hash_of(path)


def main() -> None:
    """Dates the versions that have no date yet: today in Syria. The command to call after a change of a file."""
    for path, digest in list(undated()):
        with (folder_of(path) / LOADS).open("a", encoding="utf-8") as file:
            file.write(f"{path.name},{digest},{local_date(datetime.now(UTC), STATE_ZONE)}\n")
        print(f"{path.name} dated")


if __name__ == "__main__":
    main()
