"""Rows that nothing reads before the commit, such as events, are gathered in the transaction and written at its end.

All rows of one table then take one statement, and what is numbered without gaps is numbered last of all, so that its
counter is locked for that statement and the commit alone.
"""

import json
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Table, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

Row = Mapping[str, object]
LastStatement = Callable[[Session], None]
_ROWS, _LAST = "rows_at_end", "last_statements"
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def recordset(table: Table, names: Sequence[str], parameter: str = "rows") -> str:
    """The rows of a JSON parameter in their order, as `sent`, each column in its table's type."""
    typed = ", ".join(f'"{name}" {table.c[name].type.compile(_DIALECT)}' for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    records = f"jsonb_to_recordset(CAST(:{parameter} AS jsonb)) AS ({typed})"
    return f"ROWS FROM ({records}) WITH ORDINALITY AS sent ({listed}, place)"


def insert_rows(table: Table, *names: str) -> TextClause:
    """Inserts the rows of the parameter `rows` in their order; to be run with `as_json(rows)`."""
    listed = ", ".join(f'"{name}"' for name in names)
    return text(f"INSERT INTO {table.name} ({listed}) SELECT {listed} FROM {recordset(table, names)} ORDER BY place")  # noqa: S608


def as_json(rows: object) -> str:
    """The parameter of `recordset`. Days, instants, decimals and UUIDs go as text, which their columns read."""
    return json.dumps(rows, default=str, ensure_ascii=False)


def write_at_end(session: Session, statement: TextClause, row: Row) -> None:
    """Has the row written when the transaction ends, with all others of this statement, in the order of the calls."""
    session.info.setdefault(_ROWS, {}).setdefault(statement, []).append(row)


def run_last(session: Session, statement: LastStatement) -> None:
    """Has a statement run after everything else, as it locks what others wait for."""
    session.info.setdefault(_LAST, []).append(statement)


def write(session: Session) -> None:
    """Writes what waits for the end of the transaction. To be called before the commit."""
    for statement, rows in session.info.pop(_ROWS, {}).items():
        session.execute(statement, {"rows": as_json(rows)})
    if last_statements := session.info.pop(_LAST, ()):
        # What the session itself has to write comes before them too.
        session.flush()
        for run in last_statements:
            run(session)
