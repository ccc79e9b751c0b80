"""Rows of other tables as columns of one statement, so that all a page shows of an application is asked for at once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    Numeric,
    ScalarSelect,
    SQLColumnExpression,
    Text,
    cast,
    func,
    inspect,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import DeclarativeBase

Row = TypeVar("Row", bound=DeclarativeBase)
Value = Any
# What JSON has no type for is written as text.
_READERS: dict[type, Callable[[str], object]] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Decimal: Decimal,
    UUID: UUID,
}


def many(
    model: type[DeclarativeBase],
    conditions: Sequence[ColumnElement[bool]],
    order_by: Sequence[SQLColumnExpression[Any]],
) -> ScalarSelect[Value]:
    """The rows that meet the conditions, in this order, as a value that `read` understands."""
    rows = func.json_agg(aggregate_order_by(_array(model), *order_by), type_=JSON)
    return select(rows).where(*conditions).scalar_subquery()


def first_row(
    model: type[DeclarativeBase],
    conditions: Sequence[ColumnElement[bool]],
    order_by: Sequence[SQLColumnExpression[Any]] = (),
) -> ScalarSelect[Value]:
    """The first row that meets the conditions, as a value that `read_row` understands."""
    return select(_array(model)).where(*conditions).order_by(*order_by).limit(1).scalar_subquery()


def read(model: type[Row], value: Value) -> list[Row]:
    """The rows in a value of `many`. They belong to no session: nothing that is changed in them is written."""
    readers = _readers(model)
    return [_row(model, readers, each) for each in value or ()]


def read_row(model: type[Row], value: Value) -> Row | None:
    """The row in a value of `first_row`; None without one."""
    return None if value is None else _row(model, _readers(model), value)


def _array(model: type[DeclarativeBase]) -> ColumnElement[Value]:
    return func.json_build_array(*(_column(model, name) for name, _ in _readers(model)), type_=JSON)


def _column(model: type[DeclarativeBase], name: str) -> ColumnElement[Any]:
    column = inspect(model).columns[name]
    # As a number of JSON it would be read as a float.
    return cast(column, Text) if isinstance(column.type, Numeric) else column


@cache
def _readers(model: type[DeclarativeBase]) -> tuple[tuple[str, Callable[[str], object] | None], ...]:
    """The columns that are loaded with every row, each with what reads its text."""
    attributes = [each for each in inspect(model).column_attrs if not each.deferred]
    return tuple((each.key, _READERS.get(each.columns[0].type.python_type)) for each in attributes)


def _row(model: type[Row], readers: Sequence[tuple[str, Callable[[str], object] | None]], values: list[Any]) -> Row:
    columns = {
        name: value if reader is None or value is None else reader(value)
        for (name, reader), value in zip(readers, values, strict=True)
    }
    return model(**columns)
