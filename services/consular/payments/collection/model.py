"""What we keep of a provider's notifications, which are never changed."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class ProviderEvent(Base):
    """A notification as the provider signed it, stored whatever it says. It has no mission, since it may name none."""

    __tablename__ = "provider_event"

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    attempt: Mapped[str | None]
    raw: Mapped[bytes]
    received_at: Mapped[datetime]
