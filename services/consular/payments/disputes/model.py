"""What we keep of disputes. Amounts are positive, in minor units."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base
from shared.values.money import Money


class Dispute(Base):
    """Money of one attempt that the payer's bank has taken back. `provider_reference` is the provider's name of it.

    `answer_by` is the last day on which the mission may send evidence, where the provider names one.
    """

    __tablename__ = "dispute"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    application: Mapped[str]
    attempt: Mapped[str] = mapped_column(ForeignKey("attempt.reference"))
    provider_reference: Mapped[str]
    state: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    reason: Mapped[str | None]
    answer_by: Mapped[date | None]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @property
    def money(self) -> Money:
        """The disputed amount."""
        return Money(self.amount, self.currency)
