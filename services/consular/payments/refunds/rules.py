"""The rules of refunds: their states, the ways money goes back, and when a second person has to sign."""

from collections.abc import Mapping
from enum import StrEnum

from shared.values.money import Money

CARD, CASH, TRANSFER = METHODS = ("card", "cash", "transfer")
# Of an attempt all that is left is owed back, or the price of an urgency that was not delivered.
WHOLE, URGENCY = "whole", "urgency"
URGENCY_MISSED = "urgency_missed"


class RefundState(StrEnum):
    """The state of a refund. In `unknown` the provider may or may not have paid: it is asked, never called again."""

    DUE = "due"
    APPROVED = "approved"
    SENT = "sent"
    UNKNOWN = "unknown"
    PAID = "paid"
    FAILED = "failed"
    # The payer's bank took the same money back for good: it is no longer owed.
    CHARGED_BACK = "charged_back"


# Nothing is owed any more, unless the money of a paid one comes back.
ENDED = frozenset({RefundState.PAID, RefundState.CHARGED_BACK})
# An officer may choose anew how a refund is paid as long as no money is under way.
PREPARABLE = frozenset({RefundState.DUE, RefundState.APPROVED, RefundState.FAILED})
UNDER_WAY = frozenset({RefundState.SENT, RefundState.UNKNOWN})
TRANSITIONS: Mapping[RefundState, frozenset[RefundState]] = {
    RefundState.DUE: frozenset({RefundState.DUE, RefundState.APPROVED, RefundState.CHARGED_BACK}),
    RefundState.APPROVED: frozenset(
        {RefundState.DUE, RefundState.APPROVED, RefundState.SENT, RefundState.PAID, RefundState.CHARGED_BACK}
    ),
    RefundState.SENT: frozenset({RefundState.UNKNOWN, RefundState.PAID, RefundState.FAILED}),
    RefundState.UNKNOWN: frozenset({RefundState.SENT, RefundState.PAID, RefundState.FAILED}),
    RefundState.FAILED: frozenset({RefundState.DUE, RefundState.APPROVED, RefundState.CHARGED_BACK}),
    RefundState.PAID: frozenset({RefundState.FAILED}),
    RefundState.CHARGED_BACK: frozenset(),
}


def second_needed(money: Money, limits: Mapping[str, int], *, is_override: bool) -> bool:
    """Whether a second person must approve: for every override, above the currency's limit, and where none is set.

    `limits` are minor units by currency; an amount equal to the limit needs one person.
    """
    limit = limits.get(money.currency)
    return is_override or limit is None or money.amount > limit
