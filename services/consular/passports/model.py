"""Blank booklets by serial number, the passports printed into them, and lost passports."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Booklet(Base):
    """One booklet of a mission's stock; its serial number is the passport number printed in it."""

    __tablename__ = "booklet"

    serial: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    state: Mapped[str]
    application: Mapped[str | None]
    received_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    reason: Mapped[str | None]


class Passport(Base):
    """A passport this mission issued, or an older one it cancelled. Times are the mission's calendar days.

    `printed` are the Latin names in it, `mrz` its two machine-readable lines, `page` the code of its specimen page.
    """

    __tablename__ = "passport"

    mission: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    booklet: Mapped[str | None] = mapped_column(ForeignKey("booklet.serial"))
    application: Mapped[str]
    person: Mapped[str]
    state: Mapped[str]
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_for: Mapped[str | None]
    mrz: Mapped[str | None]
    printed: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    page: Mapped[str | None]


class LostPassport(Base):
    """A number reported lost or stolen, known at every mission; it remains reported after a surrender."""

    __tablename__ = "lost_passport"

    number: Mapped[str] = mapped_column(primary_key=True)
    reported_at: Mapped[str]
    application: Mapped[str]
    reported_on: Mapped[date]
    surrendered_at: Mapped[str | None]
    surrendered_on: Mapped[date | None]
