"""Escalates unanswered letters: two reminders, then the head of mission; by the database's clock."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import note_step
from services.consular.applications.update import update_columns
from services.consular.ministries import reminders
from services.consular.ministries.model import Letter, Reminder
from services.consular.ministries.rules.reminder_schedule import ESCALATION
from services.consular.missions import do_at_each_mission
from services.consular.people import snapshot
from shared.database.db import Database
from shared.identity.actor import Actor

OVERDUE = "letter_overdue"


def remind_due(database: Database, actor: Actor, moment: datetime | None = None) -> int:
    """Does the due steps of every mission; returns their number. `moment` replaces the database's clock."""
    return do_at_each_mission(database, actor, remind_mission, moment)


def remind_mission(session: Session, actor: Actor, today: date) -> int:
    """Does the steps due by a day in the session's mission, each exactly once, even in simultaneous runs."""
    done = 0
    for application, letter, due_steps in _due(session, today):
        applicant = snapshot.applicant_of(session, application.reference)
        holder = snapshot.printed_name(applicant) if applicant else {"ar": "", "en": ""}
        for step in reminders.do_steps(session, actor, letter, due_steps, holder):
            done += 1
            code = "letter_escalated" if step == ESCALATION else "letter_reminded"
            note_step(session, actor, application, code, Status.WITH_AUTHORITY, detail={"letter": letter.number})
            if step == ESCALATION:
                flag(session, application, OVERDUE)
    return done


def _due(session: Session, today: date) -> Iterator[tuple[Application, Letter, list[str]]]:
    """Letters of open files with their due steps in order. The file is locked, so that no reply intervenes."""
    query = (
        select(Application, Letter, Reminder)
        .join(Letter, (Letter.application == Application.reference) & (Letter.round == Application.round))
        .join(Reminder, Reminder.letter == Letter.code)
        .where(
            Application.status == Status.WITH_AUTHORITY,
            Letter.answered_at.is_(None),
            Reminder.done_at.is_(None),
            Reminder.due_on <= today,
        )
        .order_by(Letter.code, Reminder.due_on)
        .with_for_update(of=Application, skip_locked=True)
    )
    rows = session.execute(query).all()
    for _, group in groupby(rows, key=lambda row: row.Letter.code):
        group_rows = list(group)
        yield group_rows[0].Application, group_rows[0].Letter, [row.Reminder.step for row in group_rows]


def flag(session: Session, application: Application, code: str | None) -> None:
    """Flags a file in the queue, or with None clears the flag."""
    update_columns(session, application, exception=code)
