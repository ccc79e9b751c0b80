"""The effect of a withdrawal on money: one rule for each status, shown beforehand."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.consular.applications import rules
from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.payments.orders.parts import PART
from services.consular.payments.orders.rules import UNSETTLED, AttemptState, Payment
from shared.values.money import total

NOTHING_DUE, PRICE_CANCELLED, UNDER_WAY, WHOLE = "nothing_due", "price_cancelled", "under_way", "whole"
# Before an authority has the application all money is owed back: no known law sets a fee for a withdrawal.
UNPAID: Mapping[Status, str] = {
    Status.DRAFT: NOTHING_DUE,
    Status.AWAITING_PAYMENT: PRICE_CANCELLED,
    Status.IN_REVIEW: NOTHING_DUE,
    Status.RETURNED: NOTHING_DUE,
}


def withdrawal_terms(application: Application, payments: Sequence[Payment]) -> dict[str, Any] | None:
    """The present rule with its money; None where a withdrawal is no longer possible.

    A card payment under way may still arrive: it is then held in its payer's name and refunded.
    """
    status = Status(application.status)
    if status not in rules.VERBS["withdraw"][1]:
        return None
    counts = (None, PART)
    paid = [one.amount for one in payments if one.state is AttemptState.SUCCEEDED and one.held in counts]
    if paid:
        refund = total(paid)
        return {"rule": WHOLE, "amount": refund.amount, "currency": refund.currency}
    return {"rule": UNDER_WAY if any(payment.state in UNSETTLED for payment in payments) else UNPAID[status]}
