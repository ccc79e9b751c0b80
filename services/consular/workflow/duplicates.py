"""Marks possible duplicates of every submitted file, and records the officer's verdict."""

from sqlalchemy import Boolean, bindparam, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.transitions import load_for_update
from services.consular.people import duplicates
from shared.identity.actor import Actor

_NAMESAKES = duplicates.namesakes(
    submitted=select(Application.reference).where(Application.submitted_at.is_not(None)),
    elsewhere=select(Application.reference).where(
        Application.person == bindparam("person"),
        Application.account != bindparam("account"),
        Application.acting == Application.person,
        bindparam("for_oneself", type_=Boolean()),
    ),
)


def mark_duplicates(session: Session, actor: Actor, application: Application) -> None:
    """Marks the file and every other file of this mission that may be the same person's; only the desk sees it."""
    known = {
        **{name: getattr(application, name) for name in ("person", "account")},
        "application": application.reference,
        "for_oneself": application.acting == application.person,
    }
    duplicates.mark(session, actor, application.reference, session.execute(_NAMESAKES, known))


def judge(
    session: Session, actor: Actor, reference: str, other: str, verdict: str, reason: str, note: str
) -> Application:
    """Clears or confirms that two files are one person's. Raises NotFound, Invalid, Conflict."""
    application = load_for_update(session, actor, "desk.duplicate", reference)
    duplicates.judge(session, actor, reference, other, verdict, reason, note)
    return application
