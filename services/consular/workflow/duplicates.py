"""Marks possible duplicates of every submitted file, and records the officer's verdict."""

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.transitions import load_for_update
from services.consular.people import duplicates
from shared.identity.actor import Actor


def mark_duplicates(session: Session, actor: Actor, application: Application) -> None:
    """Marks the file and every other file of this mission that may be the same person's; only the desk sees it."""
    submitted = select(Application.reference).where(Application.submitted_at.is_not(None))
    elsewhere = select(Application.reference).where(
        Application.person == application.person,
        Application.account != application.account,
        Application.acting == Application.person,
        literal(application.acting == application.person),
    )
    duplicates.find(session, actor, application.reference, submitted, elsewhere)


def judge(
    session: Session, actor: Actor, reference: str, other: str, verdict: str, reason: str, note: str
) -> Application:
    """Clears or confirms that two files are one person's. Raises NotFound, Invalid, Conflict."""
    application = load_for_update(session, actor, "desk.duplicate", reference)
    duplicates.judge(session, actor, reference, other, verdict, reason, note)
    return application
