"""The one registry of tables that every package of this service maps its rows into."""

from sqlalchemy.orm import DeclarativeBase

from shared import db


class Base(DeclarativeBase):
    """Rows of the consular service; their schema is the role's search path."""

    metadata = db.metadata()
