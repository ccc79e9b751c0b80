"""The rules of money: states, conversion of a price, and the checks of a provider's answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from enum import StrEnum
from itertools import pairwise
from urllib.parse import urlsplit

from shared.values.money import Money


class OrderState(StrEnum):
    """The state of an order."""

    OPEN = "open"
    PAID = "paid"
    REFUND_DUE = "refund_due"
    CANCELLED = "cancelled"


class AttemptState(StrEnum):
    """The state of an attempt. In `unknown` the provider may or may not have the money."""

    CREATED = "created"
    PENDING = "pending"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


UNSETTLED = frozenset({AttemptState.CREATED, AttemptState.PENDING, AttemptState.UNKNOWN})


class ProviderStatus(StrEnum):
    """A provider's status of a page: still open, paid, ended without money, or unknown to the provider."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    ABSENT = "absent"


class Kind(StrEnum):
    """The effect of an answer. Only SETTLED moves the application on, and it comes once for each order."""

    SETTLED = "settled"
    ALREADY = "already"
    HELD = "held"
    FAILED = "failed"
    OPEN = "open"
    NEEDS_QUERY = "ask"
    NO_ANSWER = "silent"


class OutcomeUnknown(Exception):
    """The provider's response does not say whether anything happened: it must be queried, the call never repeated."""


@dataclass(frozen=True)
class Answer:
    """A provider's statement about one attempt. `amount` is the received money, positive. `unverified` marks a
    notification, which is believed only where it agrees with our order."""

    status: ProviderStatus
    provider_reference: str | None = None
    amount: Money | None = None
    url: str | None = None
    reason: str | None = None
    unverified: bool = False


@dataclass(frozen=True)
class Event:
    """A notification as the provider sent it, its signature checked. `answer` is None for an unknown type."""

    id: str
    type: str
    attempt: str | None
    answer: Answer | None
    raw: bytes


@dataclass(frozen=True)
class Payment:
    """One attempt as others may see it. `amount` is positive, in the collected currency, minor units.

    `person` is the debtor, `payer` the person who pays.
    `held` is why received money does not count (wrong_amount, wrong_currency, late, paid_already), or None.
    """

    reference: str
    application: str
    order: str
    person: str
    method: str
    state: AttemptState
    amount: Money
    receipt: str | None = None
    redirect_url: str | None = None
    held: str | None = None
    failure: str | None = None
    payer: str | None = None

    def serialise(self) -> dict[str, object]:
        """As the interface shows it."""
        return {
            "reference": self.reference,
            "application": self.application,
            "method": self.method,
            "state": self.state.value,
            "amount": self.amount.amount,
            "currency": self.amount.currency,
            "receipt": self.receipt,
            "held": self.held,
            "failure": self.failure,
        }


@dataclass(frozen=True)
class Outcome:
    """The effect of an answer on an attempt, and the attempt after it."""

    kind: Kind
    payment: Payment


# How long a quote is valid: as long as an unpaid application, or a day where it contains a market rate.
FIRM_FOR = timedelta(days=10)
FLOATING_FOR = timedelta(hours=24)
RATE_DIGITS = Context(prec=24)
RATE_PLACES = Decimal(1).scaleb(-12)
BRIDGES = ("USD", "EUR")
PEG = "peg"


@dataclass(frozen=True)
class Rate:
    """Units of `quote` for one unit of `base`, as its source published it for a day. `source` is a code."""

    base: str
    quote: str
    rate: Decimal
    on: date
    source: str


@dataclass(frozen=True)
class PricedLine:
    """A line of a price: `tariff` is the legal amount, `collected` what the mission takes for it; both positive."""

    line: str
    beneficiary: str
    tariff: Money
    collected: Money
    source: str
    certainty: str
    rate: Rate | None = None

    def serialise(self) -> dict[str, object]:
        """As the interface shows it; the rate is text, so that no reader turns it into a float."""
        rate = self.rate
        return {
            "line": self.line,
            "beneficiary": self.beneficiary,
            "tariff": {"amount": self.tariff.amount, "currency": self.tariff.currency},
            "collected": {"amount": self.collected.amount, "currency": self.collected.currency},
            "amount": self.collected.amount,
            "currency": self.collected.currency,
            "source": self.source,
            "certainty": self.certainty,
            "rate": None
            if rate is None
            else {
                "value": f"{rate.rate.normalize():f}",
                "from": rate.base,
                "to": rate.quote,
                "source": rate.source,
                "on": rate.on.isoformat(),
            },
        }


def _paths(base: str, quote: str) -> Iterable[tuple[str, ...]]:
    yield base, quote
    yield from ((base, bridge, quote) for bridge in BRIDGES if bridge not in (base, quote))


def cross(rates: Mapping[tuple[str, str], Rate], base: str, quote: str) -> Rate | None:
    """The rate from one currency to another: published, inverted, or through the dollar or the euro.

    It is dated by its oldest part and named after the part that is no peg. It has twelve decimals, as it is stored.
    """
    for path in _paths(base, quote):
        legs = [_leg(rates, *pair) for pair in pairwise(path)]
        found_legs = [leg for leg in legs if leg is not None]
        if len(found_legs) == len(legs):
            value = Decimal(1)
            for leg in found_legs:
                value = RATE_DIGITS.multiply(value, leg.rate)
            source = next((leg.source for leg in found_legs if leg.source != PEG), PEG)
            return Rate(base, quote, value.quantize(RATE_PLACES), min(leg.on for leg in found_legs), source)
    return None


def _leg(rates: Mapping[tuple[str, str], Rate], base: str, quote: str) -> Rate | None:
    direct = rates.get((base, quote))
    if direct is not None:
        return direct
    inverse = rates.get((quote, base))
    if inverse is None:
        return None
    return Rate(base, quote, RATE_DIGITS.divide(Decimal(1), inverse.rate), inverse.on, inverse.source)


def collected_money(tariff: Money, rate: Rate, cash_step: int) -> Money:
    """A tariff in the mission's currency: rounded half-up to its minor unit, then half-up to its cash step."""
    return tariff.convert(rate.rate, rate.quote).rounded(cash_step)


def quote_expiry(made_at: datetime, lines: Iterable[PricedLine]) -> datetime:
    """The expiry of a quote: a day after `made_at` if any line uses a market rate, else ten days."""
    floats = any(line.rate is not None and line.rate.source != PEG for line in lines)
    return made_at + (FLOATING_FOR if floats else FIRM_FOR)


def fault(expected: Money, paid: Money | None) -> str | None:
    """The code of the difference between received and expected money, or None when they agree."""
    if paid is None:
        return "wrong_amount"
    if paid.currency != expected.currency:
        return "wrong_currency"
    return None if paid.amount == expected.amount else "wrong_amount"


def unbalanced(amounts: Iterable[Money]) -> dict[str, int]:
    """Currencies whose sum is not zero, with the sum; empty for a balanced entry."""
    sums: dict[str, int] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, 0) + money.amount
    return {currency: total for currency, total in sums.items() if total}


def is_own_address(url: str, home: str) -> bool:
    """Whether a return address is one of our own pages."""
    target, home_address = urlsplit(url), urlsplit(home)
    return (target.scheme, target.netloc) == (home_address.scheme, home_address.netloc) and "\\" not in url
