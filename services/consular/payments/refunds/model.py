"""What we keep of refunds. Amounts are positive, in minor units."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Refund(Base):
    """Money owed back for one attempt, in the currency and amount taken; `key` is its own, for the provider."""

    __tablename__ = "refund"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    order: Mapped[str] = mapped_column(ForeignKey("fee_order.reference"))
    attempt: Mapped[str] = mapped_column(ForeignKey("attempt.reference"))
    key: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]
    marked_at: Mapped[datetime]
    marked_by: Mapped[str]
