"""Rows that nothing reads before the commit, such as events, are gathered in the transaction and written at its end.

All of them, of whatever table, take one statement. What is numbered without gaps is numbered after it, last of all, so
that its counter is locked for that statement and the commit alone.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

Row = Mapping[str, object]
LastStatement = Callable[[Session], object]
# The place of a row among the rows of a parameter.
PLACE = "place_in_rows"
_ROWS, _LAST = "rows_at_end", "last_statements"
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, eq=False)
class EndWrite:
    """A part of the statement at the end of a transaction: `expressions` are its common table expressions, each with a
    name of its own, over the JSON rows of the parameter `name`; `then` is selected after they are done."""

    name: str
    expressions: str
    then: str = ""


def recordset(table: Table, names: Sequence[str], parameter: str) -> str:
    """The rows of a JSON parameter in their order, as `sent`, each column in its table's type."""
    typed = ", ".join(f'"{name}" {table.c[name].type.compile(_DIALECT)}' for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    records = f"jsonb_to_recordset(CAST(:{parameter} AS jsonb)) AS ({typed})"
    return f"ROWS FROM ({records}) WITH ORDINALITY AS sent ({listed}, {PLACE})"


def insert_of(table: Table, parameter: str, names: Sequence[str] = ()) -> str:
    """SQL that inserts the rows of a JSON parameter in their order; with `names`, these columns of them."""
    columns = names or [column.name for column in table.columns]
    listed = ", ".join(f'"{name}"' for name in columns)
    rows = recordset(table, columns, parameter)
    return f'INSERT INTO "{table.name}" ({listed}) SELECT {listed} FROM {rows} ORDER BY {PLACE}'  # noqa: S608


def insert_at_end(table: Table, *names: str) -> EndWrite:
    """Inserts rows with these columns, in their order."""
    name = f"new_{table.name}"
    return EndWrite(name, f"{name} AS ({insert_of(table, name, names)})")


def as_json(rows: object) -> str:
    """A parameter of JSON. Days, instants, decimals and UUIDs go as text, which their columns read."""
    return json.dumps(rows, default=str, ensure_ascii=False)


def write_at_end(session: Session, part: EndWrite, row: Row) -> None:
    """Has the row written when the transaction ends, with all others of this part, in the order of the calls."""
    session.info.setdefault(_ROWS, {}).setdefault(part, []).append(row)


def run_last(session: Session, statement: LastStatement) -> None:
    """Has a statement run after everything else, as it locks what others wait for."""
    session.info.setdefault(_LAST, []).append(statement)


def write(session: Session) -> None:
    """Writes what waits for the end of the transaction. To be called before the commit."""
    rows_by_part: dict[EndWrite, list[Row]] = session.info.pop(_ROWS, {})
    if rows_by_part:
        rows = {part.name: as_json(rows) for part, rows in rows_by_part.items()}
        session.execute(_together(tuple(rows_by_part)), rows)
    if last_statements := session.info.pop(_LAST, ()):
        # What the session itself has to write comes before them too.
        session.flush()
        for run in last_statements:
            run(session)


@cache
def _together(parts: tuple[EndWrite, ...]) -> TextClause:
    """One statement for these parts, built once for each set of them."""
    expressions = ", ".join(part.expressions for part in parts)
    return text(f"WITH {expressions} SELECT {', '.join(part.then for part in parts if part.then) or '1'}")
