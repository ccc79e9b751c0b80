"""Withdraws an application at its applicant's wish, before an authority has it; paid money is owed back."""

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import check_status, load_for_update, transition
from services.consular.workflow.release import release
from shared.identity.actor import Actor


def withdraw(session: Session, actor: Actor, reference: str) -> Application:
    """Withdraws an application. Raises Conflict once it is with an authority or closed."""
    application = load_for_update(session, actor, "application.withdraw", reference)
    check_status(application, "withdraw")
    transition(session, actor, application, Status.WITHDRAWN)
    release(session, actor, application, "withdrawn")
    return application
