"""The one registry of tables that every package of this service maps its rows into."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase

from shared.database import db


class Base(DeclarativeBase):
    """Rows of the consular service; their schema is the role's search path. Every instant carries its zone."""

    metadata = db.metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


class ReferenceData(Base):
    """Rows that change by the day and are kept in the process: see `missions/reference_data`."""

    __abstract__ = True
