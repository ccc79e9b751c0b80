"""Reads one row or refuses, changes one row or says that it was changed meanwhile, counts on: each in one statement."""

from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Table, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from shared.errors import NotFound

Row = TypeVar("Row", bound=DeclarativeBase)


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table of a model."""
    return cast(Table, model.__table__)


def attach_row(session: Session, row: Row) -> Row:
    """Makes a row that a statement has just inserted the session's, as if it had been read.

    A column that was not set is null.
    """
    for column in row.__table__.columns:
        if column.key not in row.__dict__:
            set_committed_value(row, column.key, None)
    make_transient_to_detached(row)
    session.add(row)
    return row


def values_of(row: DeclarativeBase) -> dict[str, Any]:
    """The columns of a new row, as parameters of a statement."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def find_row(session: Session, model: type[Row], key: Any, code: str = "not_found") -> Row:
    """The row of a primary key. Raises NotFound with the code."""
    row = session.get(model, key)
    if row is None:
        raise NotFound(code)
    return row


def lock_row(session: Session, model: type[Row], key: Any) -> Row:
    """The row of a primary key in its current state, locked until the transaction ends. Raises NotFound."""
    row = session.get(model, key, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    return row


def change_row(session: Session, model: type[Row], *conditions: ColumnElement[bool], **values: object) -> Row | None:
    """Writes the columns of the one row that meets the conditions, and rereads it.

    None when no row meets them any more: of two simultaneous changes from one state, the second gets None.
    """
    return session.scalar(
        update(model)
        .where(*conditions)
        .values(values)
        .returning(model)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


def next_number(session: Session, counter: type[Any], **key: object) -> int:
    """The next number of a counter, from 1. Its row stays locked until the transaction ends: there are no gaps."""
    first = insert(counter).values(**key, last=1)
    upsert = first.on_conflict_do_update(index_elements=list(key), set_={"last": counter.last + 1})
    return int(session.execute(upsert.returning(counter.last)).scalar_one())
