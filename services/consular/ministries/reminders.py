"""Does the reminder steps of unanswered letters: each once, on or after its day, a document with each reminder."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.ministries.model import Letter, Reminder
from services.consular.ministries.rules.reminder_schedule import REMINDERS
from shared import documents
from shared.database import audit
from shared.identity.actor import Actor

KIND = "ministry-reminder"


def do_steps(
    session: Session, actor: Actor, letter: Letter, due_steps: Sequence[str], holder: dict[str, str]
) -> list[str]:
    """Does the due steps; returns those done now, in order. Of two reminders due at once the later one is sent."""
    done_steps = [step for step in due_steps if _claim(session, letter, step)]
    reminders = [step for step in done_steps if step in REMINDERS]
    if reminders:
        document = documents.issue(
            session,
            actor,
            KIND,
            letter.application,
            letter.mission,
            None,
            _data(session, letter, reminders[-1], holder),
            expires_on=None,
            number=f"{letter.number}/{1 + REMINDERS.index(reminders[-1])}",
        )
        session.execute(_step(letter, reminders[-1]).values(document=document.code))
    for step in done_steps:
        audit.record(session, actor, "letter.reminded", letter.application, letter=letter.number, step=step)
    return done_steps


def _step(letter: Letter, step: str) -> Any:
    statement = update(Reminder).where(Reminder.letter == letter.code, Reminder.step == step)
    return statement.execution_options(synchronize_session=False)


def _claim(session: Session, letter: Letter, step: str) -> bool:
    """Whether this job may do the step: of two simultaneous jobs one finds the row changed."""
    statement = _step(letter, step).where(Reminder.done_at.is_(None)).values(done_at=func.now())
    return session.scalar(statement.returning(Reminder.step)) is not None


def _data(session: Session, letter: Letter, step: str, holder: dict[str, str]) -> dict[str, Any]:
    return {
        "holder": holder,
        "authority": letter.authority,
        "ask": letter.ask,
        "step": step,
        "letter": letter.number,
        "sent_on": letter.sent_on.isoformat(),
        "reply_by": letter.reply_by.isoformat(),
        "zone": missions.find(session, letter.mission).zone,
    }
