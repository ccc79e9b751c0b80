"""What people hand in: bytes of a checked type, kept with the application they belong to."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Upload(Base):
    """One file handed in for one named paper of the checklist. Removing it drops the bytes and keeps the trace."""

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
