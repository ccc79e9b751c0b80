"""Tickets of the waiting hall, and the counter of their numbers."""

import uuid
from datetime import date, datetime

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Ticket(Base):
    """Somebody who was let in on a day: when they are called, to which counter, and how it ended.

    `competes_at` orders the calls (see `rules.competes_at`); `starts_at` is the appointment, null for a walk-in.
    """

    __tablename__ = "hall_ticket"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    mission: Mapped[str]
    day: Mapped[date]
    number: Mapped[int] = mapped_column(SmallInteger)
    application: Mapped[str]
    service: Mapped[str]
    persons: Mapped[int] = mapped_column(SmallInteger)
    priority: Mapped[str | None]
    starts_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime]
    competes_at: Mapped[datetime]
    state: Mapped[str]
    counter: Mapped[int | None] = mapped_column(SmallInteger)
    officer: Mapped[str | None]
    calls: Mapped[int] = mapped_column(SmallInteger)
    called_at: Mapped[datetime | None]
    served_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class TicketCounter(Base):
    """The last number given at a mission on a day."""

    __tablename__ = "hall_day"

    mission: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(SmallInteger)
