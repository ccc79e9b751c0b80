"""The one registry of tables that every package of this service maps its rows into."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped

from shared.database import db


class Base(DeclarativeBase):
    """Rows of the consular service; their schema is the role's search path. Every instant carries its zone."""

    metadata = db.metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


class ReferenceData(Base):
    """Rows that change by the day and are kept in the process: see `missions/reference_data`."""

    __abstract__ = True


class Sourced:
    """Columns of a row of law or practice: where it is from, how sure that is (H, M or L), and who approved it."""

    source: Mapped[str]
    certainty: Mapped[str]
    approver: Mapped[str]


class Dated(Sourced):
    """Columns of such a row that is in force from a day on; `valid_to` is the first day on which it no longer is."""

    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
