"""What we keep of debts: quotes, orders, links to pay, attempts, receipts. Amounts are positive, in minor units.

Rows of quotes are never changed.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.consular.model import Base
from services.consular.payments.providers.rules import AttemptReference
from shared.values.money import Money


class Quote(Base):
    """A promised price with every rate in it. Never changed: a new price is a new quote.

    `cash_amount` is what the counter takes for it in coins that exist; quotes of earlier versions have none and are
    taken in full.
    """

    __tablename__ = "quote"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mission: Mapped[str]
    application: Mapped[str]
    transaction: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    cash_amount: Mapped[int | None] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    lines: Mapped[list["QuoteLine"]] = relationship(order_by="QuoteLine.place", viewonly=True, lazy="selectin")

    @property
    def cash(self) -> Money:
        """What is owed in cash."""
        return Money(self.amount if self.cash_amount is None else self.cash_amount, self.currency)


class QuoteLine(Base):
    """One line of a quote: beneficiary, legal tariff, collected amount, exchange rate."""

    __tablename__ = "quote_line"

    quote: Mapped[UUID] = mapped_column(ForeignKey("quote.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    mission: Mapped[str]
    line: Mapped[str]
    beneficiary: Mapped[str]
    tariff_amount: Mapped[int] = mapped_column(BigInteger)
    tariff_currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    source: Mapped[str]
    certainty: Mapped[str]
    rate: Mapped[Decimal | None] = mapped_column(Numeric(24, 12))
    rate_source: Mapped[str | None]
    rate_on: Mapped[date | None]


class Order(Base):
    """A debt of one application: its fee, or the difference to the urgent fee. Of each at most one is open or paid.

    `holder` is the printed name of the application's person; `acting` is {person, name} of whoever acts for them.
    """

    __tablename__ = "fee_order"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    application: Mapped[str]
    transaction: Mapped[str]
    purpose: Mapped[str]
    person: Mapped[str]
    holder: Mapped[dict[str, Any]] = mapped_column(JSONB)
    acting: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quote.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[str]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    quote: Mapped[Quote] = relationship(viewonly=True)

    @property
    def money(self) -> Money:
        """The owed amount."""
        return Money(self.amount, self.currency)


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


class Attempt(Base):
    """One attempt to pay an order. `key` came with the request and is stored before any provider is called.

    `payer` is the register person who pays, where known; it may be another person than the order's. `till` is where
    cash went; payments of earlier versions have none. `payer_name` is how somebody who paid by a link is named.
    """

    __tablename__ = "attempt"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    order: Mapped[str] = mapped_column(ForeignKey("fee_order.reference"))
    method: Mapped[str]
    key: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[str]
    provider_reference: Mapped[str | None]
    redirect_url: Mapped[str | None]
    failure: Mapped[str | None]
    held: Mapped[str | None]
    received_amount: Mapped[int | None] = mapped_column(BigInteger)
    received_currency: Mapped[str | None]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    opened_by: Mapped[str]
    payer: Mapped[str | None]
    till: Mapped[str | None] = mapped_column(ForeignKey("till.reference"))
    payer_link: Mapped[str | None] = mapped_column(ForeignKey(PayerLink.reference))
    payer_name: Mapped[str | None]

    @property
    def money(self) -> Money:
        """The amount the attempt was opened for."""
        return Money(self.amount, self.currency)

    @property
    def at_provider(self) -> AttemptReference:
        """How the provider finds it."""
        return AttemptReference(self.reference, self.provider_reference, self.opened_at)

    @property
    def received(self) -> Money | None:
        """What arrived, where something has."""
        if self.received_amount is None or self.received_currency is None:
            return None
        return Money(self.received_amount, self.received_currency)


class Receipt(Base):
    """A receipt; its number is that of its document, counted without gaps within a mission and year."""

    __tablename__ = "receipt"

    number: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    order: Mapped[str] = mapped_column(ForeignKey("fee_order.reference"))
    attempt: Mapped[str] = mapped_column(ForeignKey("attempt.reference"))
    person: Mapped[str]
    document: Mapped[str]
    issued_at: Mapped[datetime]
