"""The files people upload: bytes of a checked type, stored with their application."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Upload(Base):
    """One file uploaded for one named item of the checklist. Removal deletes the bytes and keeps the row."""

    __tablename__ = "paper"

    id: Mapped[str] = mapped_column(primary_key=True)
    application: Mapped[str]
    mission: Mapped[str]
    name: Mapped[str]
    filename: Mapped[str]
    type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
