"""Ends an application at its applicant's wish, before an authority has it; what was paid is owed back."""

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.move import check_status, lock, move
from services.consular.applications.release import release
from services.consular.applications.rules import Status
from shared.identity import Actor


def withdraw(session: Session, actor: Actor, reference: str) -> Application:
    """Withdraws an application. Raises Conflict once it is with an authority or at an end."""
    application = lock(session, actor, "application.withdraw", reference)
    check_status(application, "withdraw")
    move(session, actor, application, Status.WITHDRAWN)
    release(session, actor, application, "withdrawn")
    return application
