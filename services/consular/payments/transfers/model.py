"""What we keep of the mission's bank accounts and their statements. Amounts are in minor units, credits positive."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base, Dated, ReferenceData
from shared.values.money import Money


class BankAccount(Dated, ReferenceData):
    """A bank account of a mission, in one currency, in force from a day on."""

    __tablename__ = "bank_account"

    id: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    currency: Mapped[str]
    iban: Mapped[str]
    bic: Mapped[str]
    holder: Mapped[str]
    bank: Mapped[str]

    def serialise(self) -> dict[str, str]:
        """As the payer and the desk see it."""
        return {name: getattr(self, name) for name in ("currency", "iban", "bic", "holder", "bank")}


class StatementFile(Base):
    """A file of statements as it was imported: its hash and its counts. The file itself is not kept."""

    __tablename__ = "statement_file"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    filename: Mapped[str]
    format: Mapped[str]
    sha256: Mapped[str]
    lines: Mapped[int]
    fresh: Mapped[int]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]


class BankStatement(Base):
    """One statement, or one page of it, with its balances. The same statement is kept once, whatever file has it."""

    __tablename__ = "bank_statement"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mission: Mapped[str]
    file: Mapped[str] = mapped_column(ForeignKey("statement_file.reference"))
    iban: Mapped[str]
    currency: Mapped[str]
    number: Mapped[str]
    page: Mapped[str]
    opened_on: Mapped[date]
    closed_on: Mapped[date]
    opening: Mapped[int] = mapped_column(BigInteger)
    closing: Mapped[int] = mapped_column(BigInteger)


class BankLine(Base):
    """One movement on the account: a line of a statement, or one transaction of a grouped line.

    `open_amount` is what is not matched yet, with the sign of `amount`. Where it is not zero, `reason` says why and
    `owner` is the officer who has it; `application` is the file it is meant for, where that is known, and `attempt` the
    held payment that stands for the open money there.
    """

    __tablename__ = "bank_line"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    iban: Mapped[str]
    fingerprint: Mapped[str]
    occurrence: Mapped[int]
    booked_on: Mapped[date]
    value_on: Mapped[date]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    open_amount: Mapped[int] = mapped_column(BigInteger)
    bank_reference: Mapped[str]
    text: Mapped[str]
    party: Mapped[str]
    party_iban: Mapped[str]
    application: Mapped[str | None]
    attempt: Mapped[str | None] = mapped_column(ForeignKey("attempt.reference"))
    reason: Mapped[str | None]
    owner: Mapped[str | None]
    imported_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    @property
    def money(self) -> Money:
        """The movement: a credit is positive."""
        return Money(self.amount, self.currency)

    @property
    def open_money(self) -> Money:
        """What is in suspense, with the sign of the movement."""
        return Money(self.open_amount, self.currency)


class Sighting(Base):
    """A line was in a statement. Never changed."""

    __tablename__ = "bank_line_sighting"

    line: Mapped[str] = mapped_column(ForeignKey("bank_line.reference"), primary_key=True)
    statement: Mapped[UUID] = mapped_column(ForeignKey("bank_statement.id"), primary_key=True)
    mission: Mapped[str]


class BankMatch(Base):
    """A part of a line that found its purpose: a payment of an order, or an account of the ledger. Never changed.

    `refund` is the one that is owed for it, that it paid or brought back; matches of earlier versions have none.
    """

    __tablename__ = "bank_match"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mission: Mapped[str]
    line: Mapped[str] = mapped_column(ForeignKey("bank_line.reference"))
    kind: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    attempt: Mapped[str | None] = mapped_column(ForeignKey("attempt.reference"))
    refund: Mapped[str | None] = mapped_column(ForeignKey("refund.reference"))
    made_at: Mapped[datetime]
    made_by: Mapped[str]


class BankDecision(Base):
    """An override that an officer proposed and a second person decides. The database requires two persons."""

    __tablename__ = "bank_decision"

    reference: Mapped[str] = mapped_column(primary_key=True)
    mission: Mapped[str]
    line: Mapped[str] = mapped_column(ForeignKey("bank_line.reference"))
    kind: Mapped[str]
    reason: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
