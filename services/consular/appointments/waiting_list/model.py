"""Who waits for a seat that somebody frees, and who has said that they will come."""

import uuid
from datetime import date, datetime

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base

WAITING, OFFERED, DONE, LEFT = "waiting", "offered", "done", "left"
LIVE = (WAITING, OFFERED)


class WaitingEntry(Base):
    """An application on the waiting list of a service; a person and a document are on it once.

    `lost` counts the draws it lost, `offers` those that it let pass.
    """

    __tablename__ = "waiting_entry"

    code: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    service: Mapped[str]
    application: Mapped[str]
    person: Mapped[str]
    document: Mapped[str]
    state: Mapped[str]
    lost: Mapped[int] = mapped_column(SmallInteger)
    offers: Mapped[int] = mapped_column(SmallInteger)
    joined_on: Mapped[date]
    first_day: Mapped[date]
    last_day: Mapped[date]
    changed_at: Mapped[datetime]

    def serialise(self) -> dict[str, object]:
        """As its owner sees it."""
        days = {name: getattr(self, name).isoformat() for name in ("joined_on", "first_day", "last_day")}
        return {"code": self.code, "state": self.state, "lost": self.lost, "offers": self.offers, **days}


class AppointmentConfirmation(Base):
    """Whether the holder of a booked appointment was asked if they come, and has answered."""

    __tablename__ = "turn_confirmation"

    turn: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    mission: Mapped[str]
    application: Mapped[str]
    asked_at: Mapped[datetime]
    asked_again_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
