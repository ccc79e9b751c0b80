"""The one statement that changes columns of an application, if it is still as the caller has read it."""

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from shared.database.rows import change_row


def update_columns(
    session: Session, application: Application, *conditions: ColumnElement[bool], **values: object
) -> bool:
    """Writes the columns and rereads the row, in one statement. False when a condition no longer holds."""
    return (
        change_row(session, Application, Application.reference == application.reference, *conditions, **values)
        is not None
    )
