"""Climbs the ladder of unanswered letters: each step once, on or after its day, a paper with each reminder."""

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


def climb(session: Session, actor: Actor, letter: Letter, due: Sequence[str], holder: dict[str, str]) -> list[str]:
    """Does the steps that are due; those done now, in order. Of two reminders due at once the later one is sent."""
    done = [step for step in due if _take(session, letter, step)]
    reminders = [step for step in done if step in REMINDERS]
    if reminders:
        paper = documents.issue(
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
        session.execute(_step(letter, reminders[-1]).values(document=paper.code))
    for step in done:
        audit.record(session, actor, "letter.reminded", letter.application, letter=letter.number, step=step)
    return done


def _step(letter: Letter, step: str) -> Any:
    mine = update(Reminder).where(Reminder.letter == letter.code, Reminder.step == step)
    return mine.execution_options(synchronize_session=False)


def _take(session: Session, letter: Letter, step: str) -> bool:
    """Whether it is ours to do: of two jobs at once one finds the row changed."""
    taken = _step(letter, step).where(Reminder.done_at.is_(None)).values(done_at=func.now())
    return session.scalar(taken.returning(Reminder.step)) is not None


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
