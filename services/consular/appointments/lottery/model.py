"""Draws of appointments: the draw, its published files, and who wants to take part in it."""

from datetime import date, datetime

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base

ANNOUNCED, CLOSED, DRAWN = "announced", "closed", "drawn"
ENTERED, WITHDRAWN, GRANTED, LOST = "entered", "withdrawn", "granted", "lost"


class Draw(Base):
    """A draw of the seats of some days. `seed` stays secret until it is drawn; its digest is in the announcement."""

    __tablename__ = "draw"

    code: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    service: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    draws_at: Mapped[datetime]
    seed: Mapped[str]
    state: Mapped[str]
    seats: Mapped[int] = mapped_column(SmallInteger)
    announced_by: Mapped[str]
    announced_at: Mapped[datetime]
    drawn_at: Mapped[datetime | None]


class DrawFile(Base):
    """A published file of a draw, as bytes; it is never changed."""

    __tablename__ = "draw_file"

    draw: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    content: Mapped[bytes]
    published_at: Mapped[datetime]


class Intention(Base):
    """A household that takes part in a draw under an anonymous ticket. `on_list`: it waits on if it loses.

    `lost` and `rank` are known once the draw has closed and was drawn.
    """

    __tablename__ = "intention"

    code: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    draw: Mapped[str]
    ticket: Mapped[str]
    person: Mapped[str]
    account: Mapped[str]
    state: Mapped[str]
    people: Mapped[int] = mapped_column(SmallInteger)
    first_day: Mapped[date]
    last_day: Mapped[date]
    on_list: Mapped[bool]
    urgent_reason: Mapped[str | None]
    urgent_by: Mapped[str | None]
    urgent_evidence: Mapped[str | None]
    urgent: Mapped[bool]
    lost: Mapped[int | None] = mapped_column(SmallInteger)
    rank: Mapped[int | None]
    entered_at: Mapped[datetime]

    def serialise(self) -> dict[str, object]:
        """As its owner sees it."""
        names = ("code", "draw", "ticket", "state", "people", "on_list", "urgent", "urgent_reason", "lost", "rank")
        days = {"first_day": self.first_day.isoformat(), "last_day": self.last_day.isoformat()}
        return {name: getattr(self, name) for name in names} | days


class IntentionMember(Base):
    """One application of a household. `live` until it is withdrawn: a person and a document take part once."""

    __tablename__ = "intention_member"

    intention: Mapped[str] = mapped_column(primary_key=True)
    application: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    draw: Mapped[str]
    person: Mapped[str]
    document: Mapped[str]
    live: Mapped[bool]
