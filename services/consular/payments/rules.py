"""What is allowed with money: the states, how a price is converted, and what a provider's word is worth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from enum import StrEnum
from itertools import pairwise
from urllib.parse import urlsplit

from shared.values.money import Money


class OrderState(StrEnum):
    """What became of a debt."""

    OPEN = "open"
    PAID = "paid"
    REFUND_DUE = "refund_due"
    CANCELLED = "cancelled"


class AttemptState(StrEnum):
    """What became of one try to pay. `unknown` is an answer too: the provider may or may not have the money."""

    CREATED = "created"
    PENDING = "pending"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


UNSETTLED = frozenset({AttemptState.CREATED, AttemptState.PENDING, AttemptState.UNKNOWN})


class ProviderStatus(StrEnum):
    """What a provider says of a page: still open, paid, over without money, or never heard of."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    ABSENT = "absent"


class Kind(StrEnum):
    """What an answer did. Only SETTLED moves the application on, and it comes once for each order."""

    SETTLED = "settled"
    ALREADY = "already"
    HELD = "held"
    FAILED = "failed"
    OPEN = "open"
    NEEDS_QUERY = "ask"
    NO_ANSWER = "silent"


class OutcomeUnknown(Exception):
    """The provider did not answer in a way that says whether anything happened: it must be asked, never repeated."""


@dataclass(frozen=True)
class Answer:
    """A provider's statement about one attempt. `amount` is what it took, positive; `unverified` marks a notification,
    which is believed only where it agrees with what we asked for."""

    said: ProviderStatus
    provider_reference: str | None = None
    amount: Money | None = None
    url: str | None = None
    reason: str | None = None
    unverified: bool = False


@dataclass(frozen=True)
class Event:
    """A notification as the provider sent it, its signature checked. `answer` is None for a type we do not know."""

    id: str
    type: str
    attempt: str | None
    answer: Answer | None
    raw: bytes


@dataclass(frozen=True)
class Payment:
    """One attempt as others may see it. `amount` is positive, in the collected currency, minor units.

    `person` is whose debt it is, `payer` who pays it.
    `held` is why money that arrived does not count (wrong_amount, wrong_currency, late, paid_already), or None.
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
    """What became of an attempt by an answer, and the attempt after it."""

    kind: Kind
    payment: Payment


# How long a price is promised: as long as an unpaid application lives, or a day where a market rate went into it.
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
    """A line of a price: `tariff` is what the law asks, `collected` what the mission takes for it; both positive."""

    line: str
    beneficiary: str
    tariff: Money
    collected: Money
    source: str
    certainty: str
    rate: Rate | None = None

    def serialise(self) -> dict[str, object]:
        """As the interface shows it; the rate is text, so that no reader makes a float of it."""
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
    """The rate from one currency to another: published, turned round, or through the dollar or the euro.

    It is as old as its oldest part, and named after the part that is no peg. Twelve decimals, as it is kept.
    """
    for path in _paths(base, quote):
        legs = [_leg(rates, *pair) for pair in pairwise(path)]
        known = [leg for leg in legs if leg is not None]
        if len(known) == len(legs):
            value = Decimal(1)
            for leg in known:
                value = RATE_DIGITS.multiply(value, leg.rate)
            source = next((leg.source for leg in known if leg.source != PEG), PEG)
            return Rate(base, quote, value.quantize(RATE_PLACES), min(leg.on for leg in known), source)
    return None


def _leg(rates: Mapping[tuple[str, str], Rate], base: str, quote: str) -> Rate | None:
    straight = rates.get((base, quote))
    if straight is not None:
        return straight
    turned = rates.get((quote, base))
    if turned is None:
        return None
    return Rate(base, quote, RATE_DIGITS.divide(Decimal(1), turned.rate), turned.on, turned.source)


def collected(tariff: Money, rate: Rate, cash_step: int) -> Money:
    """What a mission takes for a tariff in another currency: half-up to its unit, then half-up to its cash step."""
    return tariff.convert(rate.rate, rate.quote).rounded(cash_step)


def promised_until(made: datetime, lines: Iterable[PricedLine]) -> datetime:
    """Until when a price holds: a day if any line hangs on a market rate, else ten days."""
    floats = any(line.rate is not None and line.rate.source != PEG for line in lines)
    return made + (FLOATING_FOR if floats else FIRM_FOR)


def fault(expected: Money, paid: Money | None) -> str | None:
    """Why money that came is not the money asked for, or None when it is."""
    if paid is None:
        return "wrong_amount"
    if paid.currency != expected.currency:
        return "wrong_currency"
    return None if paid.amount == expected.amount else "wrong_amount"


def unbalanced(amounts: Iterable[Money]) -> dict[str, int]:
    """Currencies whose sum is not zero, with the sum; empty for a sound entry."""
    sums: dict[str, int] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, 0) + money.amount
    return {currency: total for currency, total in sums.items() if total}


def returns_home(url: str, home: str) -> bool:
    """Whether an address a payer is sent back to is one of our own pages."""
    there, here = urlsplit(url), urlsplit(home)
    return (there.scheme, there.netloc) == (here.scheme, here.netloc) and "\\" not in url
