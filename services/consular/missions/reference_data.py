"""Keeps reference data in the process: missions, calendars and dated rules are read at every step and rarely change.

All of them have one version. A trigger on each table gives it a new random value in the commit of every edit, and the
first statement of each transaction reads it. Rows kept under a version are therefore the rows of that version.
"""

from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Column, Select, SmallInteger, Table, Uuid, select, text, true
from sqlalchemy.orm import Session

from services.consular.model import Base, ReferenceData
from shared.database.db import VERSION

Row = TypeVar("Row", bound=ReferenceData)
T = TypeVar("T")
RE_READ = "reference_version_may_change"
# Values are made of rows for a mission and a day; so many of them at most are kept.
MAX_VALUES = 4_000

reference_version = Table(
    "reference_version",
    Base.metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("version", Uuid, nullable=False),
)
# SET_MISSION with the version.
FIRST = text(
    "SELECT now(), version FROM set_config('mahjar.mission', :mission, true) AS mission, "
    "set_config('mahjar.person', :person, true) AS person, reference_version"
)
_VERSION = select(reference_version.c.version)
_rows: dict[tuple[type[ReferenceData], str], tuple[UUID, tuple[Any, ...]]] = {}
_values: dict[tuple[UUID, Hashable], Any] = {}


def rows(session: Session, model: type[Row]) -> tuple[Row, ...]:
    """All rows of a table that the session's mission may see, by key. They belong to no session and are not changed."""
    key = model, session.info["mission"] if "mission" in model.__table__.c else ""
    known = _rows.get(key)
    if known is None or known[0] != _version(session):
        known = _rows[key] = _load(session, model)
    return cast(tuple[Row, ...], known[1])


def value(session: Session, key: Hashable, compute: Callable[[], T]) -> T:
    """What `compute` makes of reference data alone; kept as long as the data stay the same. It must not be changed.

    `key` names the function and all it depends on beside the data: mission, day, transaction.
    """
    version = _version(session)
    try:
        return cast(T, _values[version, key])
    except KeyError:
        computed = compute()
    if _version(session) == version:
        if len(_values) >= MAX_VALUES:
            _values.clear()
        _values[version, key] = computed
    return computed


def reread(session: Session) -> None:
    """To be called by who changes reference data: from here on this transaction asks for the version at each use."""
    session.info[RE_READ] = True


def reread_once(session: Session) -> None:
    """To be called by who has waited for a lock under which others change reference data: the next use asks for the
    version, and nobody changes it under the lock after that."""
    session.info.pop(VERSION, None)


def _version(session: Session) -> UUID:
    if VERSION not in session.info or session.info.get(RE_READ):
        session.info[VERSION] = session.scalars(_VERSION).one()
    return cast(UUID, session.info[VERSION])


def _load(session: Session, model: type[ReferenceData]) -> tuple[UUID, tuple[ReferenceData, ...]]:
    """Version and rows by one statement, so that no edit comes between. This transaction goes on with that version."""
    found = session.execute(_select(model)).all()
    names = [column.key for column in model.__table__.c]
    version: UUID = found[0][0]
    session.info[VERSION] = version
    return version, tuple(model(**dict(zip(names, row[1:], strict=True))) for row in found if row[1] is not None)


@cache
def _select(model: type[ReferenceData]) -> Select[Any]:
    """The version and, beside it, each row; where there are none, nulls."""
    table = model.__table__
    joined = reference_version.outerjoin(table, true())
    return select(reference_version.c.version, *table.c).select_from(joined).order_by(*table.primary_key)
