"""Notifies the people of an application of events that do not change its status: money received, money owed back."""

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.transitions import recipients
from services.consular.notices.create import create_notice


def notify_recipients(
    session: Session, application: Application, kind: str, once: str | None = None, **params: str | int | None
) -> int:
    """Creates the notice for every recipient of the application; returns how many are new. See notices.create."""
    reference = application.reference
    return sum(
        create_notice(session, person, kind, reference, once, **params) for person in recipients(session, application)
    )
