"""What an operation leaves in the database, recorded from the real thing and played back by plain SQL.

Played back for another application it prepares work for the windows; played back with the same commits it is the floor
under them: the same rows, from a loop that does nothing else.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from shared.values import references

MISSION = "RUH"
NUMBER = re.compile(r"[A-Z]{3}-[A-Z]{2}-\d{4}-\d{6,}\Z")
UNIQUE = """
    SELECT c.relname, i.indisprimary, array_agg(a.attname::text)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
    WHERE c.relnamespace = 'consular'::regnamespace AND i.indisunique AND i.indpred IS NULL
    GROUP BY c.relname, i.indexrelid, i.indisprimary
"""
MADE_BY_DATABASE = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'consular' AND identity_generation = 'ALWAYS'
"""
SYSTEM = ("_commit", "_place")
Row = dict[str, Any]
Names = Mapping[str, str]


@dataclass(frozen=True)
class Written:
    """A row as one statement left it. `old` is what an updated row was before."""

    commit: int
    place: int
    table: str
    row: Row
    old: Row | None


class Recorder:
    """Compares the consular schema before and after; nobody else may write meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.unique: dict[str, set[str]] = {}
        self.primary: dict[str, list[str]] = {}
        for table, is_primary, columns in connection.execute(UNIQUE):
            self.unique.setdefault(table, set()).update(columns)
            if is_primary:
                self.primary[table] = sorted(columns)
        made = connection.execute(MADE_BY_DATABASE).fetchall()
        self.generated = {table: {column for name, column in made if name == table} for table, _ in made}

    @contextmanager
    def recording(self) -> Iterator["Tape"]:
        """What happens inside ends up on the tape."""
        before = {table: self._rows(table) for table in self.primary}
        tape = Tape([], self.primary, self.generated)
        yield tape
        written = [
            Written(row.pop("_commit"), row.pop("_place"), table, row, old)
            for table in self.primary
            for key, row in self._rows(table).items()
            if (old := self._plain(before[table].get(key))) is None or old != self._plain(row)
        ]
        tape.written += sorted(written, key=lambda one: (one.commit, one.place))
        tape.tokens |= {token for one in written if one.old is None for token in self._tokens(one)}

    def _rows(self, table: str) -> dict[tuple[Any, ...], Row]:
        """By primary key. The place of a row is the number of the command that wrote it in its transaction."""
        found = sql.SQL("SELECT xmin::text::bigint AS _commit, cmin::text::bigint AS _place, * FROM consular.{}")
        with self.connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(found.format(sql.Identifier(table))).fetchall()
        return {tuple(row[column] for column in self.primary[table]): row for row in rows}

    def _plain(self, row: Row | None) -> Row | None:
        return {name: value for name, value in row.items() if name not in SYSTEM} if row else None

    def _tokens(self, one: Written) -> set[str]:
        """What names just this row, and must be new in every copy of it."""
        given = {str(one.row[column]) for column in self.unique[one.table] - self.generated.get(one.table, set())}
        return {text for text in given if names_single_resource(text)}


@dataclass
class Tape:
    """An operation's rows, in the order they were written, and the names that were new with them."""

    written: list[Written]
    primary: Mapping[str, list[str]]
    generated: Mapping[str, set[str]]

    def __post_init__(self) -> None:
        self.tokens: set[str] = set()

    def __add__(self, other: "Tape") -> "Tape":
        """One operation after the other; what the first wrote and the second changed is written once, as it ended."""
        key = self._key
        last = {key(one): one.row for one in (*self.written, *other.written)}
        begun = {key(one) for one in self.written}
        first = [Written(one.commit, one.place, one.table, last[key(one)], one.old) for one in self.written]
        both = Tape([*first, *(one for one in other.written if key(one) not in begun)], self.primary, self.generated)
        both.tokens = self.tokens | other.tokens
        return both

    def _key(self, one: Written) -> tuple[str, ...]:
        return (one.table, *(str(one.row[column]) for column in self.primary[one.table]))

    @property
    def commits(self) -> int:
        """How many transactions wrote it."""
        return len({one.commit for one in self.written})

    def counts(self) -> dict[str, int]:
        """New rows by table."""
        inserted = [one.table for one in self.written if one.old is None]
        return {table: inserted.count(table) for table in sorted(set(inserted))}

    def fresh(self, given: Names | None = None) -> dict[str, str]:
        """New names for what the operation names itself; those given are taken as they are."""
        return {**{token: another(token) for token in self.tokens}, **(given or {})}

    def transactions(self) -> list[list["Statement"]]:
        """The statements of each commit."""
        made = []
        for _, commit in groupby(self.written, key=lambda one: one.commit):
            commands = groupby(commit, key=lambda one: (one.place, one.table, one.old is None))
            made.append([self._statement(table, new, list(rows)) for (_, table, new), rows in commands])
        return made

    def _statement(self, table: str, new: bool, rows: list[Written]) -> "Statement":
        if not new:
            return _update(rows[0], self.primary[table])
        columns = [name for name in rows[0].row if name not in self.generated.get(table, set())]
        group = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(columns)))
        query = sql.SQL("INSERT INTO {} ({}) VALUES {}").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join([group] * len(rows)),
        )
        return Statement(query.as_string(), [_filler(one.row[name]) for one in rows for name in columns])


@dataclass(frozen=True)
class Statement:
    """SQL, and for each of its parameters how it is filled in under new names."""

    query: str
    fillers: list[Callable[[Names], Any]]

    def run(self, connection: Connection, names: Names) -> None:
        """For one copy of the operation."""
        connection.execute(self.query.encode(), [fill(names) for fill in self.fillers])


def _update(one: Written, primary: list[str]) -> Statement:
    """Only what changed; a counter counts on from wherever it stands."""
    old = one.old or {}
    changed = [name for name, value in one.row.items() if value != old.get(name)]
    counters = {name for name in changed if isinstance(one.row[name], int) and one.row[name] - 1 == old.get(name)}
    ways = {name: "{0} = {0} + 1" if name in counters else "{} = %s" for name in changed}
    sets = [sql.SQL(way).format(sql.Identifier(name)) for name, way in ways.items()]
    keys = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in primary]
    query = sql.SQL("UPDATE {} SET {} WHERE {}").format(
        sql.Identifier(one.table), sql.SQL(", ").join(sets), sql.SQL(" AND ").join(keys)
    )
    filled = [name for name in changed if name not in counters] + primary
    return Statement(query.as_string(), [_filler(one.row[name]) for name in filled])


def _filler(value: Any) -> Callable[[Names], Any]:
    if isinstance(value, (dict, list)):
        return lambda names: Jsonb(_renamed(value, names))
    if isinstance(value, (str, uuid.UUID)):
        return lambda names: _renamed(value, names)
    return lambda _names: value


def _renamed(value: Any, names: Names) -> Any:
    """The value with every name in it replaced."""
    if isinstance(value, dict):
        return {key: _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    if isinstance(value, uuid.UUID):
        return uuid.UUID(names.get(str(value), str(value)))
    if isinstance(value, str):
        for part in value.split("/"):
            if part in names:
                value = value.replace(part, names[part])
    return value


def names_single_resource(text: str) -> bool:
    """Whether a text is an identifier made for one thing: a reference, a number, a uuid."""
    return references.is_valid(text) or bool(NUMBER.match(text)) or _is_uuid(text)


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def another(token: str) -> str:
    """A new name of the same kind."""
    if _is_uuid(token):
        return str(uuid.uuid4())
    if NUMBER.match(token):
        return f"{token[:-6]}{uuid.uuid4().int % 10**12:012d}"
    signs = token.replace("-", "")[len(MISSION) : -1]
    return references.new(MISSION, len(signs), signs[:1])


def enter(connection: Connection) -> None:
    """What every transaction begins with: the mission's wall."""
    connection.execute("SELECT set_config('mahjar.mission', %s, true)", [MISSION])
