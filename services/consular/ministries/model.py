"""Letters to ministries by number, the dated reminder steps of unanswered ones, and the replies."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Letter(Base):
    """One question to one ministry in one round of review. `code` is that of its document; `place` counts the letters
    of an application; days are the mission's calendar days."""

    __tablename__ = "letter"

    code: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str]
    mission: Mapped[str]
    authority: Mapped[str]
    ask: Mapped[str]
    application: Mapped[str]
    round: Mapped[int]
    place: Mapped[int]
    person: Mapped[str]
    sent_at: Mapped[datetime]
    sent_on: Mapped[date]
    reply_by: Mapped[date]
    answered_at: Mapped[datetime | None]
    finding: Mapped[str | None]


class LetterNumber(Base):
    """The last assigned number per mission, authority and year; a rolled-back letter frees its number."""

    __tablename__ = "letter_number"

    mission: Mapped[str] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Reminder(Base):
    """A reminder step: done on or after its day while no reply has come; `document` is the reminder letter."""

    __tablename__ = "reminder"

    letter: Mapped[str] = mapped_column(ForeignKey("letter.code"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    document: Mapped[str | None]


class Reply(Base):
    """A ministry's reply: deposited by a partner or typed by an officer, and applied at most once per letter."""

    __tablename__ = "reply"

    letter: Mapped[str] = mapped_column(ForeignKey("letter.code"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    state: Mapped[str]
    finding: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    received_at: Mapped[datetime]
    received_by: Mapped[str]
