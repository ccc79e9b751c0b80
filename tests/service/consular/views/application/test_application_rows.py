"""The rows of an application that come as JSON of one statement are those that each table has, value by value."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import DeclarativeBase, Session

from services.consular.applications.model import Application
from services.consular.views.application.application_rows import (
    CASE_LISTS,
    CASE_SINGLE,
    LISTS,
    OWN_LISTS,
    REFERENCE,
    SINGLE,
    Source,
    applicant_rows,
    case_rows,
)
from shared.database.db import Database
from tests.conftest import HOME
from tests.factories.applications import Counter

# Found by a column of the application itself.
OF_THE_APPLICATION = {"mandate", "lost", "last_passport"}


def plain(row: DeclarativeBase) -> dict[str, Any]:
    """Every column that is loaded with the row."""
    return {each.key: getattr(row, each.key) for each in inspect(type(row)).column_attrs if not each.deferred}


def by_model(session: Session, source: Source, name: str, **parameters: str) -> list[dict[str, Any]]:
    """The same rows, loaded by their model; of a single one the first."""
    query = select(source.model).where(*source.where).order_by(*source.order_by)
    if name in OF_THE_APPLICATION:
        query = query.where(Application.reference == REFERENCE)
    rows = session.scalars(query.limit(1) if name in (*SINGLE, *CASE_SINGLE) else query, parameters)
    return [plain(row) for row in rows]


def read(rows: object, name: str) -> list[dict[str, Any]]:
    value = getattr(rows, name)
    return [plain(row) for row in value] if isinstance(value, list) else [plain(value)] if value else []


@pytest.mark.parametrize(
    ("slug", "status", "more"),
    [("passport-renewal", "collected", {"passport"}), ("criminal-record", "with_authority", {"letters"})],
)
def test_each_value_is_what_its_table_has(
    counter: Callable[..., Counter], database: Callable[[str], Database], slug: str, status: str, more: set[str]
) -> None:
    filed = counter().until(status, slug)
    reference, reader = filed.reference, filed.person.id
    with database("consular").scope(HOME) as session:
        own, case = applicant_rows(session, reference, reader), case_rows(session, reference)
        assert own is not None
        assert case is not None
        for name, source in {**LISTS, **SINGLE, **OWN_LISTS}.items():
            assert read(own, name) == by_model(session, source, name, reference=reference, reader=reader), name
        for name, source in {**LISTS, **SINGLE, **CASE_LISTS, **CASE_SINGLE}.items():
            assert read(case, name) == by_model(session, source, name, reference=reference), name
        assert plain(own.application) == plain(session.get_one(Application, reference))
    found = {name for name in (*LISTS, *SINGLE) if read(own, name)}
    assert more | {"steps", "uploads", "orders", "quotes", "quote_lines", "attempts", "receipts", "applicant"} <= found


def test_an_absent_application_has_no_rows(database: Callable[[str], Database]) -> None:
    with database("consular").scope(HOME) as session:
        assert applicant_rows(session, "RUH-00000-00000-0", "nobody") is None
        assert case_rows(session, "RUH-00000-00000-0") is None
