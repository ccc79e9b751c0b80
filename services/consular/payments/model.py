"""What we keep of money: dated tariffs and rates, frozen quotes, orders and attempts, the ledger, receipts.

Amounts are integers in minor units beside their currency key. In the ledger a positive amount is a debit, a negative
one a credit; everywhere else amounts are positive. Rows of quotes, ledger and provider events are never changed.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Identity, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.consular.model import Base
from shared.values.money import Money


class Tariff(Base):
    """The legal fee for one line of a transaction from a date on; `scope` is a mission, or None for all of them."""

    __tablename__ = "tariff"

    id: Mapped[str] = mapped_column(primary_key=True)
    transaction: Mapped[str]
    line: Mapped[str]
    beneficiary: Mapped[str]
    scope: Mapped[str | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    certainty: Mapped[str]
    approver: Mapped[str]

    @property
    def money(self) -> Money:
        """The amount with its currency."""
        return Money(self.amount, self.currency)

    def serialise(self) -> dict[str, object]:
        """As the desk shows it."""
        amount = {"amount": self.amount, "currency": self.currency}
        names = ("transaction", "line", "scope", "source", "certainty")
        return {name: getattr(self, name) for name in names} | {"tariff": amount, "since": self.valid_from.isoformat()}


class RateRow(Base):
    """Units of `quote` for one unit of `base` from a date on; `source` is peg, ecb, central_bank or mission_table."""

    __tablename__ = "rate"

    id: Mapped[str] = mapped_column(primary_key=True)
    base: Mapped[str]
    quote: Mapped[str]
    rate: Mapped[Decimal] = mapped_column(Numeric(24, 12))
    valid_from: Mapped[date]
    source: Mapped[str]
    published: Mapped[str]
    certainty: Mapped[str]
    approver: Mapped[str]


class TransactionStatus(Base):
    """From a date on a transaction is active, suspended or historical, by a legal source; `scope` as in a tariff."""

    __tablename__ = "standing"

    id: Mapped[str] = mapped_column(primary_key=True)
    transaction: Mapped[str]
    status: Mapped[str]
    scope: Mapped[str | None]
    valid_from: Mapped[date]
    source: Mapped[str]
    certainty: Mapped[str]
    approver: Mapped[str]


class Quote(Base):
    """A promised price with every rate in it. Never changed: a new price is a new quote."""

    __tablename__ = "quote"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mission: Mapped[str]
    application: Mapped[str]
    transaction: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    lines: Mapped[list["QuoteLine"]] = relationship(order_by="QuoteLine.place", viewonly=True, lazy="selectin")


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

    @property
    def money(self) -> Money:
        """The owed amount."""
        return Money(self.amount, self.currency)


class Attempt(Base):
    """One attempt to pay an order. `key` came with the request and is stored before any provider is called.

    `payer` is the register person who pays, where known; it may be another person than the order's.
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

    @property
    def money(self) -> Money:
        """The amount the attempt was opened for."""
        return Money(self.amount, self.currency)


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


class Account(Base):
    """A name that ledger lines are booked under. Its balance is the sum of its lines and is stored nowhere."""

    __tablename__ = "account"

    mission: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]


class Entry(Base):
    """A balanced booking. `source` is the attempt, refund or entry it books; each is booked once per kind."""

    __tablename__ = "entry"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mission: Mapped[str]
    kind: Mapped[str]
    source: Mapped[str]
    about: Mapped[str]
    actor: Mapped[str]
    booked_at: Mapped[datetime]
    reverses: Mapped[UUID | None]


class Line(Base):
    """One leg of an entry: debit positive, credit negative, never zero."""

    __tablename__ = "line"
    __table_args__ = (ForeignKeyConstraint(["entry", "mission"], ["entry.id", "entry.mission"]),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    entry: Mapped[UUID]
    mission: Mapped[str]
    account: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]


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


class ProviderEvent(Base):
    """A notification as the provider signed it, stored whatever it says. It has no mission, since it may name none."""

    __tablename__ = "provider_event"

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    attempt: Mapped[str | None]
    raw: Mapped[bytes]
    received_at: Mapped[datetime]
