"""The words of a working: steps that name their clause, prices by law, and what is found in the end."""

from dataclasses import dataclass, field, replace

Amount = dict[str, str | int]
Params = dict[str, str | int | Amount]


@dataclass(frozen=True)
class Step:
    """One line of the working: text `working.<code>` with its parameters, and the clause it rests on.

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
    """What a tier costs on a day by its law, in minor units; from an age on where the law names one."""

    tier: str
    amount: int
    currency: str
    law: str
    from_age: int | None = None

    def times(self, count: int) -> "Price":
        """The price of several, such as months or years."""
        return replace(self, amount=self.amount * count)

    def serialise(self) -> Amount:
        """As a parameter of a step."""
        return {"amount": self.amount, "currency": self.currency}


Prices = dict[str, Price]


@dataclass(frozen=True)
class Finding:
    """What was found: a price, or the reason why there is none; with the steps that lead there."""

    price: Price | None
    reason: str | None
    steps: tuple[Step, ...] = ()
