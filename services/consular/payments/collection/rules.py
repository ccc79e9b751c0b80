"""The rules of taking money: the effect of a provider's answer, and whether the received money is the owed one."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from services.consular.payments.orders.rules import Payment
from shared.values.money import Money

# How received money differs from the owed one; WRONG_AMOUNT where nobody can say how much came.
PARTIAL, OVERPAID, WRONG_AMOUNT, WRONG_CURRENCY = FAULTS = ("partial", "overpaid", "wrong_amount", "wrong_currency")


class Kind(StrEnum):
    """The effect of an answer. Only SETTLED moves the application on, and it comes once for each order."""

    SETTLED = "settled"
    ALREADY = "already"
    HELD = "held"
    FAILED = "failed"
    OPEN = "open"
    NO_ANSWER = "silent"


@dataclass(frozen=True)
class Outcome:
    """The effect of an answer on an attempt, and the attempt after it."""

    kind: Kind
    payment: Payment


def fault(expected: Money, paid: Money | None) -> str | None:
    """The code of the difference between received and expected money, one of FAULTS. None when they agree."""
    if paid is None:
        return WRONG_AMOUNT
    if paid.currency != expected.currency:
        return WRONG_CURRENCY
    if paid.amount == expected.amount:
        return None
    return PARTIAL if paid.amount < expected.amount else OVERPAID


def is_own_address(url: str, home: str) -> bool:
    """Whether a return address is one of our own pages."""
    target, home_address = urlsplit(url), urlsplit(home)
    return (target.scheme, target.netloc) == (home_address.scheme, home_address.netloc) and "\\" not in url
