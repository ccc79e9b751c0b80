"""What we keep of refunds, and of the files that order the bank to pay them. Amounts are positive, in minor units."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base
from shared.values.money import Money


class Refund(Base):
    """Money owed back for one attempt, in the currency taken: all that is left of it, or its part for urgency. Or for a
    bank transfer that was for no order: `line` is its movement, `payer_name` and `payer_iban` are as the bank wrote
    them, perhaps empty.

    `key` is its own and is stored before the provider is called; a failed refund gets a new one. `override` says why
    the money does not go back the way it came. `returns` counts how often it was paid and came back. `slip` is the code
    of the payout slip, `file` the order to the bank.
    """

    __tablename__ = "refund"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    order: Mapped[str | None] = mapped_column(ForeignKey("fee_order.reference"))
    attempt: Mapped[str | None] = mapped_column(ForeignKey("attempt.reference"))
    line: Mapped[str | None] = mapped_column(ForeignKey("bank_line.reference"))
    payer_name: Mapped[str | None]
    payer_iban: Mapped[str | None]
    part: Mapped[str]
    key: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]
    marked_at: Mapped[datetime]
    marked_by: Mapped[str]
    changed_at: Mapped[datetime]
    method: Mapped[str | None]
    override: Mapped[str | None]
    iban: Mapped[str | None]
    account_holder: Mapped[str | None]
    second_needed: Mapped[bool]
    proposed_by: Mapped[str | None]
    proposed_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    paid_by: Mapped[str | None]
    failure: Mapped[str | None]
    returns: Mapped[int] = mapped_column(default=0)
    provider_reference: Mapped[str | None]
    slip: Mapped[str | None]
    file: Mapped[str | None] = mapped_column(ForeignKey("refund_file.reference"))

    @property
    def money(self) -> Money:
        """The amount that is owed back."""
        return Money(self.amount, self.currency)


class RefundFile(Base):
    """An order to the mission's bank to pay refunds of one currency, as it was written. Never changed.

    `iban` and `account_holder` are those of the mission's account.
    """

    __tablename__ = "refund_file"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    currency: Mapped[str]
    iban: Mapped[str]
    account_holder: Mapped[str]
    content: Mapped[str]
    count: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    made_by: Mapped[str]
