"""Appointments with their seats, the record of attendance, priority, and appeals of those who missed theirs."""

import uuid
from datetime import date, datetime

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Appointment(Base):
    """A seat at a time, held or booked by one person for one application; a unique index keeps each seat single.

    `document` is the identity document it is bound to, `counted_for` whose share of the month it counts against.
    `persons` come together; the seats of the others are rows of their own, which name this one as their `lead`.
    """

    __tablename__ = "turn"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    mission: Mapped[str]
    service: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    seat: Mapped[int] = mapped_column(SmallInteger)
    window: Mapped[str]
    month: Mapped[date]
    place: Mapped[int] = mapped_column(SmallInteger)
    application: Mapped[str]
    tier: Mapped[str] = mapped_column(server_default="regular")
    person: Mapped[str]
    document: Mapped[str]
    counted_for: Mapped[str]
    state: Mapped[str]
    held_until: Mapped[datetime | None]
    persons: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    lead: Mapped[uuid.UUID | None]
    slip: Mapped[str | None]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    def serialise(self) -> dict[str, object]:
        """As the interface shows it."""
        return {
            "service": self.service,
            "mission": self.mission,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "window": self.window,
            "state": self.state,
            "tier": self.tier,
            "persons": self.persons,
            "held_until": self.held_until.isoformat() if self.held_until else None,
            "slip": self.slip,
        }


class Attendance(Base):
    """A person came and their identity was checked; nothing of their identity document is stored."""

    __tablename__ = "attendance"

    application: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    turn: Mapped[uuid.UUID | None]
    at: Mapped[datetime]
    by: Mapped[str]


class AbsenceAppeal(Base):
    """Why somebody missed their appointment, and what an officer decided about it; one for each appointment."""

    __tablename__ = "absence_appeal"

    turn: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    mission: Mapped[str]
    application: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    answer: Mapped[str | None]


class Priority(Base):
    """An application whose person is received first, why, and who granted it."""

    __tablename__ = "turn_priority"

    application: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    kind: Mapped[str]
    reason: Mapped[str]
    granted_at: Mapped[datetime]
    granted_by: Mapped[str]
