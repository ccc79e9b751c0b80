"""The one statement that changes columns of an application, if it is still as the caller has read it."""

from collections.abc import Mapping
from functools import cache

from sqlalchemy import Update, bindparam, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from services.consular.applications.model import Application
from shared.database.rows import table_of

_TABLE = table_of(Application)


def update_columns(
    session: Session, application: Application, still: Mapping[str, object] | None = None, /, **values: object
) -> bool:
    """Writes columns of an application. False when one of the columns in `still` has another value by now.

    Instants are the transaction's, `db.now`, so that nothing has to be read back.
    """
    expected = still or {}
    parameters = {"the_reference": application.reference, **values}
    parameters |= {f"still_{name}": value for name, value in expected.items()}
    changed = session.execute(_statement(tuple(expected), tuple(values)), parameters)
    if not changed.rowcount:  # type: ignore[attr-defined]
        return False
    for name, value in values.items():
        set_committed_value(application, name, value)
    return True


@cache
def _statement(expected: tuple[str, ...], changed: tuple[str, ...]) -> Update:
    """Built once for each set of columns."""
    conditions = [_TABLE.c[name] == bindparam(f"still_{name}") for name in expected]
    return (
        update(_TABLE)
        .where(_TABLE.c.reference == bindparam("the_reference"), *conditions)
        .values({name: bindparam(name) for name in changed})
    )
