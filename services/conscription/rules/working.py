"""The types of a working: steps with their legal source, prices by law, and the finding."""

from dataclasses import dataclass, field, replace
from datetime import date

Amount = dict[str, str | int]
Params = dict[str, str | int | Amount]


@dataclass(frozen=True)
class Step:
    """One line of the working: text `working.<code>` with its parameters, and its legal source.

    Parameters: ISO dates, numbers of days, `year`, `years`, `age`, `months`, and amounts in minor units.
    """

    code: str
    law: str
    params: Params = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """As it is stored and sent."""
        return {"code": self.code, "law": self.law, "params": self.params}


@dataclass(frozen=True)
class Price:
    """The price of a tier by law, in minor units; `from_age` where the law names an age."""

    tier: str
    amount: int
    currency: str
    law: str
    from_age: int | None = None

    def times(self, count: int) -> "Price":
        """The price of a number of units, such as months or years."""
        return replace(self, amount=self.amount * count)

    def serialise(self) -> Amount:
        """As a parameter of a step."""
        return {"amount": self.amount, "currency": self.currency}


Prices = dict[str, Price]


@dataclass(frozen=True)
class Terms:
    """The numbers of the laws that are dated parameters; None while no text with the number was found.

    `late_from` is the first day of the law on missed service: nobody was late before. `renewal_earliest_days` is how
    long before its end a deferral may be renewed.
    """

    months_to_pay: int = 3
    late_from: date = date.min
    reserve_upper_age: int | None = None
    renewal_earliest_days: int | None = None


@dataclass(frozen=True)
class Finding:
    """A price, or the reason of a refusal; with the steps of the working."""

    price: Price | None
    reason: str | None
    steps: tuple[Step, ...] = ()
