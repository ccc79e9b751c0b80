"""Tells the people of an application something that is no change of its status: money that came, money that goes."""

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.transitions import recipients
from services.consular.notices.create import create_notice


def notify_recipients(
    session: Session, application: Application, kind: str, once: str | None = None, **params: str | int | None
) -> int:
    """Leaves the notice with everybody who hears of the application; how many had not heard. See notices.create."""
    reference = application.reference
    return sum(
        create_notice(session, person, kind, reference, once, **params) for person in recipients(session, application)
    )
