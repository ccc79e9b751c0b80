"""Writes letters to ministries: numbered without gaps, with the dated steps that follow if nobody answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.ministries.model import Letter, LetterNumber, Reminder
from services.consular.ministries.rules.matters import AUTHORITIES, Matter
from shared import documents, forms
from shared.database import audit, db
from shared.errors import NotFound
from shared.identity.actor import Actor
from shared.values import dates

KIND = "ministry-letter"
# How a paper writes an answer, by the kind of its question; everything else as it was typed.
SHOWN_AS = {"choice": "choice", "date": "date", "past_date": "date"}


@dataclass(frozen=True)
class About:
    """What a letter is about: the application, the person as the register attested them, what they answered."""

    application: str
    transaction: str
    mission: str
    round: int
    person: str
    holder: Mapping[str, str]
    identity: Mapping[str, Any]
    answers: Mapping[str, Any]


@dataclass(frozen=True)
class Days:
    """The mission's calendar days: by when the reply is asked for, and when each step of the ladder is due."""

    reply_by: date
    ladder: Mapping[str, date]


def write(session: Session, actor: Actor, matter: Matter, about: About, days: Days) -> Letter:
    """A letter with its number and its paper, to be sent with this commit. The reading of its data is the sending."""
    zone = missions.find(session, about.mission).zone
    today = dates.local_date(db.now(session), zone)
    number = _next_number(session, about.mission, matter.authority, today.year)
    paper = documents.issue(
        session, actor, KIND, about.application, about.mission, None, _data(matter, about, days, zone), None, number
    )
    letter = Letter(
        code=paper.code,
        number=number,
        mission=about.mission,
        authority=matter.authority,
        ask=matter.ask,
        application=about.application,
        round=about.round,
        place=1 + (session.scalar(_count(about.application)) or 0),
        person=about.person,
        sent_at=db.now(session),
        sent_on=today,
        reply_by=days.reply_by,
    )
    session.add(letter)
    session.flush()
    steps = days.ladder.items()
    session.add_all(Reminder(letter=letter.code, step=step, mission=about.mission, due_on=day) for step, day in steps)
    session.flush()
    audit.record(session, actor, "letter.sent", about.application, letter=letter.number, authority=matter.authority)
    return letter


def _count(application: str) -> Any:
    return select(func.count()).where(Letter.application == application)


def _next_number(session: Session, mission: str, authority: str, year: int) -> str:
    first = insert(LetterNumber).values(mission=mission, authority=authority, year=year, last=1)
    counted = first.on_conflict_do_update(
        index_elements=["mission", "authority", "year"], set_={"last": LetterNumber.last + 1}
    ).returning(LetterNumber.last)
    return f"{mission}-{AUTHORITIES[authority]}-{year}-{session.scalar(counted):04d}"


def _data(matter: Matter, about: About, days: Days, zone: str) -> dict[str, Any]:
    """The snapshot of the paper: of the person what this authority needs, and no more."""
    return {
        "holder": dict(about.holder),
        "authority": matter.authority,
        "ask": matter.ask,
        "application": about.application,
        "transaction": about.transaction,
        "person": {name: about.identity[name] for name in matter.identity},
        "answers": written_answers(about, matter.answers),
        "reply_by": days.reply_by.isoformat(),
        "zone": zone,
    }


def written_answers(about: About, names: Sequence[str]) -> list[dict[str, Any]]:
    """The answers to these questions as documents hold them, without those that the form does not ask or got none."""
    kinds = {question.name: question.kind for question in forms.transaction(about.transaction).questions}
    return [
        {"question": name, "value": about.answers[name], "kind": SHOWN_AS.get(kinds[name], "text")}
        for name in names
        if name in kinds and about.answers.get(name)
    ]


def find(session: Session, code: str) -> Letter:
    """A letter of the session's mission. Raises NotFound."""
    letter = session.get(Letter, code)
    if letter is None:
        raise NotFound()
    return letter


def of_application(session: Session, application: str) -> list[Letter]:
    """The letters written for an application, oldest first."""
    return list(session.scalars(select(Letter).where(Letter.application == application).order_by(Letter.place)))


def reminders_of(session: Session, code: str) -> list[Reminder]:
    """The steps of a letter, earliest first."""
    return list(session.scalars(select(Reminder).where(Reminder.letter == code).order_by(Reminder.due_on)))
