"""Rows the service starts with: missions, tariffs, rates, standings, hours, closures; each file is one table.

A migration loads them; when a file has changed, the next migration loads it again.
"""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import Connection, column, table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

FOLDER = Path(__file__).parent


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of one file; it bears the plural of its table."""
    with (FOLDER / f"{name}s.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_rows(
    connection: Connection | Session,
    name: str,
    read: Callable[[Mapping[str, str]], dict[str, object]],
    *,
    replace: bool = False,
    only: Callable[[Mapping[str, str]], bool] | None = None,
) -> None:
    """Inserts rows that are not there yet; the first column is the key. With `replace` known rows follow the file.
    `only` says of each row of the file whether it is meant.

    It knows only the columns of the file, so that an old migration can call it whatever the model has become.
    """
    rows = [read(row) for row in rows_of(name) if only is None or only(row)]
    key, *others = rows[0]
    target = table(name, *(column(each) for each in rows[0]))
    statement = insert(target).values(rows)
    if replace:
        changes = {each: statement.excluded[each] for each in others}
        connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=changes))
    else:
        connection.execute(statement.on_conflict_do_nothing(index_elements=[key]))
