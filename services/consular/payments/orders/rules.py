"""The rules of debts: states of orders and attempts, how long a quote is valid, and a payment as others see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.consular.payments.providers.rules import AttemptReference
from services.consular.payments.rates.rules import PEG
from services.consular.payments.tariffs.rules import PricedLine
from shared.values.money import Money, total


class OrderState(StrEnum):
    """The state of an order."""

    OPEN = "open"
    PAID = "paid"
    REFUND_DUE = "refund_due"
    CANCELLED = "cancelled"
    WAIVED = "waived"
    # The payer's bank took the money back for good.
    CHARGED_BACK = "charged_back"


class AttemptState(StrEnum):
    """The state of an attempt. In `unknown` the provider may or may not have the money."""

    CREATED = "created"
    PENDING = "pending"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    # Cash that was taken by mistake, and left the till again.
    VOIDED = "voided"


@dataclass(frozen=True)
class PriceChange:
    """The price that a payer has seen, None where they have seen none, and the one that a new quote has instead."""

    seen: Money | None
    new: Money

    def serialise(self) -> dict[str, object]:
        """As the interface shows it, under `before` and `after`."""
        before = {"amount": self.seen.amount, "currency": self.seen.currency} if self.seen else None
        return {"before": before, "after": {"amount": self.new.amount, "currency": self.new.currency}}


# The kind of an actor who pays by a link: no person of the register, and no account.
PAYER = "payer"
UNSETTLED = frozenset({AttemptState.CREATED, AttemptState.PENDING, AttemptState.UNKNOWN})


@dataclass(frozen=True)
class Payment:
    """One attempt as others may see it. `amount` is positive, in the collected currency, minor units.

    `person` is the debtor, `payer` the person who pays.
    `held` is why received money does not count (partial, overpaid, wrong_amount where nobody can
    say how much, wrong_currency, late, paid_already), or None; `received`
    is what arrived, which need not be what was asked. `provider` is how the provider finds a card attempt.
    """

    reference: str
    application: str
    order: str
    person: str
    method: str
    state: AttemptState
    amount: Money
    provider: AttemptReference
    receipt: str | None = None
    redirect_url: str | None = None
    held: str | None = None
    failure: str | None = None
    payer: str | None = None
    received: Money | None = None

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
            "received": {"amount": self.received.amount, "currency": self.received.currency} if self.received else None,
            "failure": self.failure,
        }


def refunded(taken: Money, back: Sequence[Money]) -> str | None:
    """Whether what was taken has been paid back in part or whole; None where nothing has. Both are positive."""
    if not back:
        return None
    return "whole" if total(back).amount >= taken.amount else "part"


# How long a quote is valid: as long as an unpaid application, or a day where it contains a market rate.
FIRM_FOR = timedelta(days=10)
FLOATING_FOR = timedelta(hours=24)


def quote_expiry(made_at: datetime, lines: Iterable[PricedLine]) -> datetime:
    """The expiry of a quote: a day after `made_at` if any line uses a market rate, else ten days."""
    floats = any(line.rate is not None and line.rate.source != PEG for line in lines)
    return made_at + (FLOATING_FOR if floats else FIRM_FOR)
