"""What a provider says of a payment, in the words of every adapter."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.values.money import Money


class ProviderStatus(StrEnum):
    """A provider's status of a page or a refund: still open, paid, ended without money, or unknown to the provider."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    ABSENT = "absent"


class DisputeStatus(StrEnum):
    """A provider's status of a dispute: not decided yet, decided for the mission, or for the payer."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True)
class DisputeAnswer:
    """A provider's statement about a disputed payment. `amount` is what the payer's bank took back, positive.

    `answer_by` is the last day for evidence.
    """

    provider_reference: str
    status: DisputeStatus
    amount: Money
    reason: str | None = None
    answer_by: date | None = None


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
    dispute: DisputeAnswer | None = None


@dataclass(frozen=True)
class Event:
    """A notification as the provider sent it, its signature checked. `answer` is None for an unknown type."""

    id: str
    type: str
    attempt: str | None
    answer: Answer | None
    raw: bytes
