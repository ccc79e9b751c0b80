"""The market of resold appointments after Hakimov, Heller, Kübler and Kurino (2021): assumptions and accounts."""

from dataclasses import dataclass, replace

FIRST_COME, LIST, DRAW = "first_come", "list", "draw"
MODES = (FIRST_COME, LIST, DRAW)


@dataclass(frozen=True)
class Assumptions:
    """One market. Money is whole dollars, times are seconds, shares are from 0 to 1.

    A broker tries `tries` times a second with `accounts` accounts, each of a person and a document; sells a seat for
    `price` to one of the `buyers` share of those who got none; cancels, and has the buyer ask for the seat `gap` later.
    """

    applicants: int = 1_000
    seats: int = 100
    brokers: int = 10
    tries: int = 10
    accounts: int = 20
    price: int = 400
    account_cost: int = 5
    buyers: float = 0.3
    gap: float = 0.05
    reaction: float = 4.0


@dataclass(frozen=True)
class Outcome:
    """What became of the seats, and of the brokers' money: `sold` seats reached those who paid for them."""

    mode: str
    assumptions: Assumptions
    seats: int
    grabbed: int
    sold: int
    served: int

    @property
    def accounts_paid(self) -> int:
        """All accounts of all brokers, whether they brought a seat or not."""
        return self.assumptions.brokers * self.assumptions.accounts

    @property
    def profit(self) -> int:
        """Of all brokers together."""
        return self.sold * self.assumptions.price - self.accounts_paid * self.assumptions.account_cost


BASE = Assumptions()
# What is varied, one assumption at a time.
SWEEP: tuple[tuple[str, tuple[Assumptions, ...]], ...] = (
    ("tries a second", (replace(BASE, tries=100),)),
    ("accounts of a broker", tuple(replace(BASE, accounts=accounts) for accounts in (5, 60))),
    ("price in dollars", (replace(BASE, price=100),)),
    ("cost of an account in dollars", (replace(BASE, account_cost=20),)),
    ("share who would pay", (replace(BASE, buyers=0.05),)),
    ("seconds between cancelling and asking", (replace(BASE, gap=0.5),)),
)
FIELDS = ("tries", "accounts", "price", "account_cost", "buyers", "gap")
