"""A check of a person by a passport page and a photo of the face. Its files are in the store until it is decided."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class IdentityCheck(Base):
    """One check for one account; open until an officer decides or its time is over."""

    __tablename__ = "identity_check"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    account: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
