"""Writes letters to ministries: numbered without gaps, with the dated steps for an unanswered letter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.ministries.model import Letter, LetterNumber, Reminder
from services.consular.ministries.rules.matters import Matter
from shared import documents, forms
from shared.database import audit, db
from shared.database.rows import find_row, next_number
from shared.documents.model import AUTHORITIES
from shared.identity.actor import Actor
from shared.values import dates

KIND = "ministry-letter"
NUMBER_DIGITS = 4
# The print format of an answer by the kind of its question; all other kinds print as typed.
ANSWER_KINDS = {"choice": "choice", "date": "date", "past_date": "date"}


@dataclass(frozen=True)
class LetterSubject:
    """The subject of a letter: the application, the person as the register attested them, the answers."""

    application: str
    transaction: str
    mission: str
    round: int
    person: str
    holder: Mapping[str, str]
    identity: Mapping[str, Any]
    answers: Mapping[str, Any]


@dataclass(frozen=True)
class LetterDates:
    """Days of the mission's calendar: the requested reply date, and the due date of each reminder step."""

    reply_by: date
    ladder: Mapping[str, date]


def write(session: Session, actor: Actor, matter: Matter, subject: LetterSubject, due_dates: LetterDates) -> Letter:
    """A letter with its number and its document, sent with this commit. Its `letter.sent` event also covers the read of
    the person's data."""
    zone = missions.find(session, subject.mission).zone
    today = dates.local_date(db.now(session), zone)
    number = _next_number(session, subject.mission, matter.authority, today.year)
    document = documents.issue(
        session,
        actor,
        KIND,
        subject.application,
        subject.mission,
        None,
        _data(matter, subject, due_dates, zone),
        None,
        number,
    )
    letter = Letter(
        code=document.code,
        number=number,
        mission=subject.mission,
        authority=matter.authority,
        ask=matter.ask,
        application=subject.application,
        round=subject.round,
        place=1 + (session.scalar(_letter_count(subject.application)) or 0),
        person=subject.person,
        sent_at=db.now(session),
        sent_on=today,
        reply_by=due_dates.reply_by,
    )
    session.add(letter)
    session.flush()
    steps = due_dates.ladder.items()
    session.add_all(Reminder(letter=letter.code, step=step, mission=subject.mission, due_on=day) for step, day in steps)
    session.flush()
    audit.record(session, actor, "letter.sent", subject.application, letter=letter.number, authority=matter.authority)
    return letter


def _letter_count(application: str) -> Any:
    return select(func.count()).where(Letter.application == application)


def _next_number(session: Session, mission: str, authority: str, year: int) -> str:
    number = next_number(session, LetterNumber, mission=mission, authority=authority, year=year)
    return f"{mission}-{AUTHORITIES[authority]}-{year}-{number:0{NUMBER_DIGITS}d}"


def _data(matter: Matter, subject: LetterSubject, due_dates: LetterDates, zone: str) -> dict[str, Any]:
    """The snapshot of the letter's document: only the personal data this authority needs."""
    return {
        "holder": dict(subject.holder),
        "authority": matter.authority,
        "ask": matter.ask,
        "application": subject.application,
        "transaction": subject.transaction,
        "person": {name: subject.identity[name] for name in matter.identity},
        "answers": written_answers(subject, matter.answers),
        "reply_by": due_dates.reply_by.isoformat(),
        "zone": zone,
    }


def written_answers(subject: LetterSubject, names: Sequence[str]) -> list[dict[str, Any]]:
    """The answers to these questions as documents hold them, without those that the form does not ask or got none."""
    kinds = {question.name: question.kind for question in forms.transaction(subject.transaction).questions}
    return [
        {"question": name, "value": subject.answers[name], "kind": ANSWER_KINDS.get(kinds[name], "text")}
        for name in names
        if name in kinds and subject.answers.get(name)
    ]


def find(session: Session, code: str) -> Letter:
    """A letter of the session's mission. Raises NotFound."""
    return find_row(session, Letter, code)


def reminders_of(session: Session, code: str) -> list[Reminder]:
    """The steps of a letter, earliest first."""
    return list(session.scalars(select(Reminder).where(Reminder.letter == code).order_by(Reminder.due_on)))
