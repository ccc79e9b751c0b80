"""What we keep of the ledger, in minor units: a positive amount is a debit, a negative one a credit.

Rows are never changed.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Account(Base):
    """A name that ledger lines are booked under. Its balance is the sum of its lines and is stored nowhere."""

    __tablename__ = "account"

    mission: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]


class Entry(Base):
    """A balanced booking. `source` is the attempt, refund or entry it books; each is booked once per kind."""

    __tablename__ = "entry"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mission: Mapped[str]
    kind: Mapped[str]
    source: Mapped[str]
    about: Mapped[str]
    actor: Mapped[str]
    booked_at: Mapped[datetime]
    reverses: Mapped[UUID | None]


class Line(Base):
    """One leg of an entry: debit positive, credit negative, never zero."""

    __tablename__ = "line"
    __table_args__ = (ForeignKeyConstraint(["entry", "mission"], ["entry.id", "entry.mission"]),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    entry: Mapped[UUID]
    mission: Mapped[str]
    account: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]


class Close(Base):
    """The end of a mission's day in the books. After it no entry is booked before the instant `until`."""

    __tablename__ = "close"

    mission: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    until: Mapped[datetime]
    closed_at: Mapped[datetime]
    entries: Mapped[int] = mapped_column(BigInteger)


class ClosingBalance(Base):
    """The balance of an account in one currency at a close, debit positive."""

    __tablename__ = "closing_balance"
    __table_args__ = (ForeignKeyConstraint(["mission", "day"], ["close.mission", "close.day"]),)

    mission: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
