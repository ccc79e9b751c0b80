"""The tables of an application: the file, its status changes, the questions to authorities, approvals, commands."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Application(Base):
    """One person's request for one transaction. `facts` are what the registers attested when it was submitted.

    `lapses_on` is the last day on which it waits for its applicant, none while the mission has to decide first;
    `booked_for` the day an older platform promised.
    `person` is the beneficiary, `acting` the person who filed it and acts on it, in a `capacity` and by a `mandate`.
    `office` is the row of the office inside Syria at which it was filed: there its fee is taken and its booklet handed
    over, and nobody has to come before. Without one it belongs to a mission abroad.
    `assigned_to` is the officer who works on it, with their name as {ar, en}; the assignment ends with the status.
    """

    __tablename__ = "application"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    transaction: Mapped[str]
    account: Mapped[str]
    person: Mapped[str]
    acting: Mapped[str]
    capacity: Mapped[str]
    mandate: Mapped[str | None]
    office: Mapped[str | None]
    status: Mapped[str]
    single: Mapped[bool]
    one_of: Mapped[str | None]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    round: Mapped[int]
    awaits: Mapped[str | None]
    exception: Mapped[str | None]
    document: Mapped[str | None]
    document_owner: Mapped[str | None]
    due_on: Mapped[date | None]
    lapses_on: Mapped[date | None]
    booked_for: Mapped[date | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    assigned_to: Mapped[str | None]
    assigned_name: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    assigned_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class Step(Base):
    """One change of status: who, in which role, when and why. Never edited.

    Where one person acts for another, `person` and `capacity` say which of the two it was.
    """

    __tablename__ = "step"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    application: Mapped[str] = mapped_column(ForeignKey("application.reference"))
    mission: Mapped[str]
    at: Mapped[datetime]
    code: Mapped[str]
    source: Mapped[str | None]
    target: Mapped[str]
    actor: Mapped[str]
    role: Mapped[str]
    person: Mapped[str | None]
    capacity: Mapped[str | None]
    reason: Mapped[str | None]
    note: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Asking(Base):
    """One question to an authority in one round of review, and its answer.

    `document` is the code of the document that the answer brought, `document_number` the number printed on it.
    """

    __tablename__ = "asking"

    application: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(primary_key=True)
    ask: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    reason: Mapped[str | None]
    document: Mapped[str | None]
    document_number: Mapped[str | None]


class Correction(Base):
    """A paper or answer that an officer marked when they returned an application for the `number`-th time.

    `before` is what stood there then: of an answer its value, of a paper its files. It waits until `answered_at`.
    """

    __tablename__ = "correction"

    application: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    reason: Mapped[str]
    note: Mapped[str | None]
    before: Mapped[Any] = mapped_column(JSONB)
    marked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Approval(Base):
    """A check that a case needs before it may be accepted: what was checked, the outcome and the reason. Never edited.

    `subject` is what was checked: when it changes, the check is due again.
    """

    __tablename__ = "approval"

    application: Mapped[str] = mapped_column(ForeignKey("application.reference"), primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str]
    given_by: Mapped[str]
    role: Mapped[str]
    given_at: Mapped[datetime]


class Command(Base):
    """The stored answer to a key: a repeated request gets the same answer and changes nothing."""

    __tablename__ = "command"

    mission: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    at: Mapped[datetime]
