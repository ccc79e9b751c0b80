"""The one statement that changes columns of an application, if it is still as the caller has read it."""

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from services.consular.applications.model import Application


def update_columns(
    session: Session, application: Application, *conditions: ColumnElement[bool], **values: object
) -> bool:
    """Writes the columns and rereads the row, in one statement. False when a condition no longer holds."""
    updated = session.scalar(
        update(Application)
        .where(Application.reference == application.reference, *conditions)
        .values(values)
        .returning(Application)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return updated is not None
