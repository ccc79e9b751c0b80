"""What a provider says of a payment, in the words of every adapter."""

from dataclasses import dataclass
from datetime import date, datetime
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
class AttemptReference:
    """How a provider finds an attempt: by its own reference where it has given us one, else by ours, among the pages
    that were opened since then."""

    reference: str
    provider_reference: str | None
    opened_at: datetime


@dataclass(frozen=True)
class Answer:
    """A provider's statement about one attempt or refund. `amount` is the received money, positive. `unverified` marks
    the place of an answer that the provider has not given."""

    status: ProviderStatus
    provider_reference: str | None = None
    amount: Money | None = None
    url: str | None = None
    reason: str | None = None
    unverified: bool = False
    dispute: DisputeAnswer | None = None


@dataclass(frozen=True)
class Event:
    """A notification, its signature checked: a hint that something has changed, and never what.

    It names our `attempt`, or only the provider's `payment`, or neither.
    """

    id: str
    type: str
    attempt: str | None
    payment: str | None
    raw: bytes
