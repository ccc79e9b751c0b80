"""The rules of the daily comparison: what does not fit, and when it is overdue."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.consular.payments.orders.rules import UNSETTLED, AttemptState
from services.consular.payments.providers.rules import Answer, ProviderStatus
from shared.values.money import Money

SUSPENSE, BANK_MISSING, BANK_BALANCE = "suspense", "bank_missing", "bank_balance"
CARD_UNSETTLED, CARD_AMOUNT, CARD_ABSENT, CARD_MISSING = "card_unsettled", "card_amount", "card_absent", "card_missing"
DISPUTED = "disputed"
KINDS = (SUSPENSE, CARD_UNSETTLED, CARD_AMOUNT, CARD_ABSENT, CARD_MISSING, BANK_MISSING, BANK_BALANCE, DISPUTED)
# RELIABILITY 3.3: an unmatched line alarms after a day.
ALARM_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Finding:
    """Something that does not fit. `since` is when it came about; `owner` who has it, where that is known."""

    kind: str
    about: str
    money: Money
    since: datetime
    owner: str | None = None


def is_overdue(since: datetime, now: datetime) -> bool:
    """Whether somebody should have looked at it by now."""
    return now - since > ALARM_AFTER


def card_fault(state: AttemptState, booked: Money, answer: Answer) -> str | None:
    """How our booking of a card payment differs from what the provider says of it; None where they agree."""
    if state in UNSETTLED:
        return CARD_UNSETTLED
    has_paid = answer.status is ProviderStatus.PAID
    if state is AttemptState.FAILED:
        return CARD_MISSING if has_paid else None
    if not has_paid:
        return CARD_ABSENT
    return CARD_AMOUNT if answer.amount is not None and answer.amount != booked else None
