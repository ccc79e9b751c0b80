"""What we keep of turns: opening hours, closures and rules as dated rows; turns, each with the seat it sits on."""

import uuid
from datetime import date, datetime, time

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.appointments.rules import Hours
from services.consular.model import Base


class Opening(Base):
    """When a mission receives people for one service, by its own wall clock. Weekdays are numbers, Monday is 0."""

    __tablename__ = "opening"

    id: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    service: Mapped[str]
    weekday: Mapped[int] = mapped_column(SmallInteger)
    opens: Mapped[time]
    closes: Mapped[time]
    slot_minutes: Mapped[int] = mapped_column(SmallInteger)
    seats: Mapped[int] = mapped_column(SmallInteger)
    window: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    certainty: Mapped[str]
    approver: Mapped[str]

    @property
    def hours(self) -> Hours:
        """As the rules read it."""
        return Hours(
            self.weekday,
            self.opens,
            self.closes,
            self.slot_minutes,
            self.seats,
            self.window,
            self.valid_from,
            self.valid_to,
        )


class Closure(Base):
    """Days on which nobody is received, or no money taken: of one mission, of a host country, or of all missions."""

    __tablename__ = "closure"

    id: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str | None]
    country: Mapped[str | None]
    first_day: Mapped[date]
    last_day: Mapped[date]
    kind: Mapped[str]
    seats_closed: Mapped[bool]
    payments_closed: Mapped[bool]
    title_ar: Mapped[str]
    title_en: Mapped[str]
    source: Mapped[str]
    certainty: Mapped[str]
    approver: Mapped[str]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None]

    def shown(self) -> dict[str, object]:
        """As the interface shows it."""
        return {
            "id": self.id,
            "scope": self.scope,
            "country": self.country,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "kind": self.kind,
            "seats_closed": self.seats_closed,
            "payments_closed": self.payments_closed,
            "title_ar": self.title_ar,
            "title_en": self.title_en,
            "source": self.source,
            "certainty": self.certainty,
        }


class TurnRule(Base):
    """How turns for a service are given out; without a scope it holds at every mission, without a service for all."""

    __tablename__ = "turn_rule"

    id: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str | None]
    service: Mapped[str | None]
    horizon_days: Mapped[int]
    hold_minutes: Mapped[int]
    per_month: Mapped[int]
    daily_quota: Mapped[int]
    free_hours: Mapped[int]
    arrive_minutes: Mapped[int]
    valid_from: Mapped[date]
    source: Mapped[str]
    certainty: Mapped[str]
    approver: Mapped[str]

    def shown(self) -> dict[str, int]:
        """What an applicant is told."""
        names = ("horizon_days", "hold_minutes", "per_month", "daily_quota", "free_hours", "arrive_minutes")
        return {name: getattr(self, name) for name in names}


class Turn(Base):
    """A seat at a time, held or booked by one person for one application; a unique index lets nobody sit on another.

    `document` is the identity paper it is bound to, `counted_for` whose share of the month it uses up.
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
    person: Mapped[str]
    document: Mapped[str]
    counted_for: Mapped[str]
    state: Mapped[str]
    held_until: Mapped[datetime | None]
    slip: Mapped[str | None]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    def shown(self) -> dict[str, object]:
        """As the interface shows it."""
        return {
            "service": self.service,
            "mission": self.mission,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "window": self.window,
            "state": self.state,
            "held_until": self.held_until.isoformat() if self.held_until else None,
            "slip": self.slip,
        }


class Attendance(Base):
    """That a person came and their identity was checked; nothing is kept of what was seen."""

    __tablename__ = "attendance"

    application: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    turn: Mapped[uuid.UUID | None]
    at: Mapped[datetime]
    by: Mapped[str]
