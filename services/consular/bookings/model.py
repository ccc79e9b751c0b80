"""Bookings of an older platform, the phase in which they may be claimed, and their import files."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Phase(Base):
    """The window in which bookings may be claimed; only those dated more than `lead_days` after its end qualify."""

    __tablename__ = "phase"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    window_from: Mapped[date]
    window_to: Mapped[date]
    lead_days: Mapped[int]
    source: Mapped[str]
    declared_by: Mapped[str]
    declared_at: Mapped[datetime]


class BookingImport(Base):
    """One uploaded file. Its bytes are stored only until the decision on its preview.

    `date_order` and `zeros_restored` are answers about it; `summary` is what the preview shows.
    """

    __tablename__ = "booking_import"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    phase: Mapped[str] = mapped_column(ForeignKey("phase.reference"))
    filename: Mapped[str]
    content: Mapped[bytes | None]
    good: Mapped[int]
    early: Mapped[int]
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    state: Mapped[str]
    date_order: Mapped[str | None]
    zeros_restored: Mapped[bool]
    summary: Mapped[dict[str, Any]] = mapped_column(JSONB)
    uploaded_by: Mapped[str]
    uploaded_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class Booking(Base):
    """One booking of the older platform: open, early (its day is too near), claimed or lapsed."""

    __tablename__ = "booking"

    mission: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    phase: Mapped[str] = mapped_column(ForeignKey("phase.reference"))
    came_in: Mapped[str] = mapped_column(ForeignKey("booking_import.reference"))
    national_number: Mapped[str]
    given_name: Mapped[str]
    transaction: Mapped[str]
    booked_for: Mapped[date]
    state: Mapped[str]
    imported_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    application: Mapped[str | None] = mapped_column(ForeignKey("application.reference"))
