"""What we keep of prices: dated tariffs and statuses, each with its source. Amounts are in minor units."""

from datetime import date

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Dated, ReferenceData, Sourced
from shared.values.money import Money


class Tariff(Dated, ReferenceData):
    """The legal fee for one line of a transaction from a date on; `scope` is a mission, or None for all of them."""

    __tablename__ = "tariff"

    id: Mapped[str] = mapped_column(primary_key=True)
    transaction: Mapped[str]
    line: Mapped[str]
    beneficiary: Mapped[str]
    scope: Mapped[str | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]

    @property
    def money(self) -> Money:
        """The amount with its currency."""
        return Money(self.amount, self.currency)

    def serialise(self) -> dict[str, object]:
        """As the desk shows it."""
        amount = {"amount": self.amount, "currency": self.currency}
        names = ("transaction", "line", "scope", "source", "certainty")
        return {name: getattr(self, name) for name in names} | {"tariff": amount, "since": self.valid_from.isoformat()}


class TransactionStatus(Sourced, ReferenceData):
    """From a date on a transaction is active, suspended or historical, by a legal source; `scope` as in a tariff."""

    __tablename__ = "standing"

    id: Mapped[str] = mapped_column(primary_key=True)
    transaction: Mapped[str]
    status: Mapped[str]
    scope: Mapped[str | None]
    valid_from: Mapped[date]
