"""What we keep of links by which another person pays for an application, without an account and without its file."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class PayerLink(Base):
    """A link to pay one application. Its token is known to whoever has it; we keep its SHA-256 alone."""

    __tablename__ = "payer_link"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    application: Mapped[str]
    digest: Mapped[str]
    shows_service: Mapped[bool]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
