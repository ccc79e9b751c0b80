"""The statements that change columns of an application."""

from collections.abc import Mapping
from functools import cache

from sqlalchemy import Update, bindparam, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from services.consular.applications.model import Application
from shared.database import db, pending
from shared.database.rows import table_of

_TABLE = table_of(Application)
_ANSWERS = pending.EndWrite(
    "saved_answers",
    f"""
    saved_answers AS (
        UPDATE application SET answers = sent.answers, changed_at = sent.changed_at
        FROM {pending.recordset(_TABLE, ("reference", "answers", "changed_at"), "saved_answers")}
        WHERE application.reference = sent.reference
    )
    """,  # noqa: S608
)


def update_columns(
    session: Session, application: Application, still: Mapping[str, object] | None = None, /, **values: object
) -> bool:
    """Writes columns of an application if it is still as the caller has read it: False when one of the columns in
    `still` has another value by now.

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


def save_answers(session: Session, application: Application, answers: Mapping[str, object]) -> None:
    """Has the answers of an application that the caller has locked written when the transaction ends."""
    values = {"answers": answers, "changed_at": db.now(session)}
    pending.write_at_end(session, _ANSWERS, {"reference": application.reference, **values})
    for name, value in values.items():
        set_committed_value(application, name, value)


@cache
def _statement(expected: tuple[str, ...], changed: tuple[str, ...]) -> Update:
    """Built once for each set of columns."""
    conditions = [_TABLE.c[name] == bindparam(f"still_{name}") for name in expected]
    return (
        update(_TABLE)
        .where(_TABLE.c.reference == bindparam("the_reference"), *conditions)
        .values({name: bindparam(name) for name in changed})
    )
