"""What is kept of an inquiry: its head, what was said in it, and which files came with it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Identity, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Inquiry(Base):
    """A question to the mission. `held_by` is the role that has it, `owner` the officer who took it.

    `person` is the owner of the account, as of an application; none where an officer wrote it in for a caller whom
    only `contact` names. `round` counts the answers that are asked for.
    """

    __tablename__ = "inquiry"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    person: Mapped[str | None]
    account: Mapped[str | None]
    contact: Mapped[str | None]
    channel: Mapped[str]
    type: Mapped[str]
    number: Mapped[str]
    about: Mapped[str | None]
    text: Mapped[str]
    state: Mapped[str]
    round: Mapped[int] = mapped_column(SmallInteger)
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    held_by: Mapped[str]
    owner: Mapped[str | None]
    escalated_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]
    appealed_at: Mapped[datetime | None]
    rating: Mapped[int | None] = mapped_column(SmallInteger)


class InquiryEntry(Base):
    """One thing said after the question: an answer, an objection, a reason to reopen."""

    __tablename__ = "inquiry_entry"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    inquiry: Mapped[str]
    mission: Mapped[str]
    round: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str]
    outcome: Mapped[str | None]
    reason: Mapped[str | None]
    next_step: Mapped[str | None]
    canned: Mapped[str | None]
    text: Mapped[str | None]


class InquiryFile(Base):
    """A file that came with an inquiry; its bytes are the store's matter, under the name that `owner` gives."""

    __tablename__ = "inquiry_file"

    inquiry: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    mission: Mapped[str]
    filename: Mapped[str]
    type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    added_at: Mapped[datetime]

    @property
    def owner(self) -> str:
        """By which name the store knows it."""
        return f"{self.inquiry}/{self.number}"
