"""What is kept of an issued document, and which kinds of documents there are."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, DateTime, LargeBinary, Text, UniqueConstraint, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from shared.database import db
from shared.values.dates import local_date


@dataclass(frozen=True)
class Kind:
    """A sort of document: which service issues it, the mark in its codes, the letters in its numbers.

    An official one speaks for an authority; outside demo mode it is issued in the name of a proved authority only.
    """

    service: str
    mark: str
    letters: str
    official: bool = True


KINDS = {
    "individual-extract": Kind("civil_registry", "R", "IE"),
    "family-extract": Kind("civil_registry", "R", "FE"),
    "birth-statement": Kind("civil_registry", "R", "BS"),
    "death-statement": Kind("civil_registry", "R", "DS"),
    "marriage-statement": Kind("civil_registry", "R", "MR"),
    "divorce-statement": Kind("civil_registry", "R", "DV"),
    "cash-allowance-discharge": Kind("conscription", "M", "CA"),
    "missed-service-clearance": Kind("conscription", "M", "MS"),
    "reserve-allowance-exemption": Kind("conscription", "M", "RA"),
    "residence-deferral": Kind("conscription", "M", "RD"),
    "receipt": Kind("consular", "C", "RC", official=False),
    "payout-slip": Kind("consular", "C", "PO", official=False),
    "deposit-slip": Kind("consular", "C", "DP", official=False),
    "turn-slip": Kind("consular", "C", "TS", official=False),
    "passport-slip": Kind("consular", "C", "PS", official=False),
    # Letters bring a number of their own, by authority.
    "ministry-letter": Kind("consular", "C", "ML"),
    "ministry-reminder": Kind("consular", "C", "MM"),
    "criminal-record": Kind("consular", "C", "CR"),
    "movement-statement": Kind("consular", "C", "MV"),
    "driving-licence-check": Kind("consular", "C", "DL"),
    "visit-approval": Kind("consular", "C", "VA"),
    "passport-page": Kind("consular", "C", "PP"),
    "pending-proof": Kind("consular", "C", "PN"),
}

# The letters in the numbers of letters to ministries, by authority.
AUTHORITIES = {
    "criminal_security": "CS",
    "immigration": "IM",
    "traffic": "TR",
    "foreign_affairs": "FA",
}


class _Base(DeclarativeBase):
    metadata = db.metadata()


class DocumentRow:
    """Columns of an issued paper; `data` is the snapshot it is drawn from, and drawing needs nothing else."""

    __tablename__ = "document"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[UniqueConstraint | CheckConstraint, ...]:
        return (
            UniqueConstraint("mission", "number"),
            CheckConstraint("status IN ('valid', 'revoked')", name="status"),
            CheckConstraint("(pdf IS NULL) = (sha256 IS NULL)", name="drawn"),
        )

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    mission: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text, index=True)
    person: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_on: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(Text, server_default="valid")
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str | None] = mapped_column(Text)

    @property
    def issued_on(self) -> date:
        """The day of issue at the mission."""
        return local_date(self.issued_at, self.data["zone"])


class Document(DocumentRow, _Base):
    """An issued paper of the service whose schema the session works in."""


class DocumentNumber(_Base):
    """The last number given, per mission, kind and year; counting in a row leaves no gaps when issues roll back."""

    __tablename__ = "document_number"

    mission: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
