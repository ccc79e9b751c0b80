"""Seats that no click takes, and the dated rule of how a mission gives the seats of a service."""

from datetime import date, datetime, time

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base, ReferenceData, Sourced


class ReservedSeat(Base):
    """A seat that is given by a draw or by the waiting list, never to whoever asks first.

    It is of an announced `draw`; or rests until a release; or is offered to an application until an instant. A row
    stays when its seat is booked: once the seat is freed, it rests again.
    """

    __tablename__ = "reserved_seat"

    mission: Mapped[str] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    seat: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    draw: Mapped[str | None]
    application: Mapped[str | None]
    offered_until: Mapped[datetime | None]
    rests_until: Mapped[datetime]


class SeatRule(Sourced, ReferenceData):
    """How seats are given: `first_come`, `list` (clicks, but freed seats by the list), or without any click by `draw`
    or to complete files in their order (`file`).

    Without a scope the rule holds at every mission, without a service for all services. `confirms` says whether people
    are asked before the day whether they come. The weights are those of the draw.
    """

    __tablename__ = "seat_rule"

    id: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[str | None]
    service: Mapped[str | None]
    mode: Mapped[str]
    release_at: Mapped[time]
    rest_minutes: Mapped[int] = mapped_column(SmallInteger)
    offer_hours: Mapped[int] = mapped_column(SmallInteger)
    largest_household: Mapped[int] = mapped_column(SmallInteger)
    lost_weight: Mapped[int] = mapped_column(SmallInteger)
    lost_most: Mapped[int] = mapped_column(SmallInteger)
    urgent_weight: Mapped[int] = mapped_column(SmallInteger)
    confirms: Mapped[bool]
    valid_from: Mapped[date]

    def serialise(self) -> dict[str, object]:
        """As the interface shows it."""
        names = ("mode", "rest_minutes", "offer_hours", "largest_household", "lost_weight", "lost_most")
        figures = {name: getattr(self, name) for name in (*names, "urgent_weight", "confirms")}
        return {**figures, "release_at": f"{self.release_at:%H:%M}"}
