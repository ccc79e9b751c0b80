"""What objects of the Stripe API say, in the words of every adapter. Malformed ones raise ValueError, KeyError,
TypeError or AttributeError."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.consular.payments.providers.rules import (
    Answer,
    DisputeAnswer,
    DisputeStatus,
    ProviderStatus,
)
from services.consular.payments.providers.stripe.amounts import money_of
from shared.values.dates import local_date
from shared.values.money import Money

Object = Mapping[str, Any]
# Our names in the metadata of payments and refunds, by which we find them again.
ATTEMPT, REFUND = "mahjar_attempt", "mahjar_refund"
# Why a page ended without money, where no bank gave a reason.
CLOSED = "page_closed"

SESSION_STATUSES = {
    ("open", "unpaid"): ProviderStatus.OPEN,
    ("complete", "unpaid"): ProviderStatus.OPEN,
    ("complete", "paid"): ProviderStatus.PAID,
    ("expired", "unpaid"): ProviderStatus.FAILED,
}
REFUND_STATUSES = {
    "pending": ProviderStatus.OPEN,
    "requires_action": ProviderStatus.OPEN,
    "succeeded": ProviderStatus.PAID,
    "failed": ProviderStatus.FAILED,
    "canceled": ProviderStatus.FAILED,
}
# The zone in which the last instant for evidence becomes a day: the API itself counts in it.
DUE_ZONE = "UTC"
# An inquiry of a bank takes no money back, and is no dispute yet. A prevented one has sent the money back already.
INQUIRIES = frozenset({"warning_needs_response", "warning_under_review", "warning_closed"})
DISPUTE_STATUSES = {
    "needs_response": DisputeStatus.OPEN,
    "under_review": DisputeStatus.OPEN,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
    "prevented": DisputeStatus.LOST,
}


def session_answer(session: Object, disputes: Iterable[Object] = ()) -> Answer:
    """A Checkout Session with its payment, and the disputes about that, as our answer."""
    status = SESSION_STATUSES[session["status"], session["payment_status"]]
    payment = session.get("payment_intent")
    url = session.get("url")
    return Answer(
        status=status,
        provider_reference=str(session["id"]),
        amount=_received(payment) if status is ProviderStatus.PAID else None,
        url=url if status is ProviderStatus.OPEN and isinstance(url, str) else None,
        reason=_failure(payment) if status is ProviderStatus.FAILED else None,
        dispute=latest_dispute(disputes),
    )


def _received(payment: Any) -> Money:
    """A payment that came as an identifier alone says nothing of money, and is malformed here."""
    return money_of(payment["amount_received"], payment["currency"])


def _failure(payment: Any) -> str:
    """The bank's word about the last try on the page, as a code."""
    error = payment.get("last_payment_error") if payment else None
    return str(error.get("decline_code") or error["code"]) if error else CLOSED


def charge_of(session: Object) -> Object | None:
    """The charge that took the money, None where none did."""
    payment = session.get("payment_intent")
    charge = payment.get("latest_charge") if payment else None
    return charge if charge and charge["status"] == "succeeded" else None


def refund_answer(refund: Object) -> Answer:
    """A refund as our answer."""
    status = REFUND_STATUSES[refund["status"]]
    reason = refund.get("failure_reason")
    return Answer(
        status=status,
        provider_reference=str(refund["id"]),
        amount=money_of(refund["amount"], refund["currency"]) if status is ProviderStatus.PAID else None,
        reason=str(reason) if reason else None,
    )


def find_refund(refunds: Iterable[Object], key: str) -> Object | None:
    """The refund that we ordered under a key."""
    return next((one for one in refunds if (one.get("metadata") or {}).get(REFUND) == key), None)


def refundable(charge: Object, refunds: Iterable[Object]) -> Money:
    """What is left of a charge after its refunds."""
    taken = money_of(charge["amount"], charge["currency"])
    for one in refunds:
        if REFUND_STATUSES[one["status"]] is not ProviderStatus.FAILED:
            taken -= money_of(one["amount"], one["currency"])
    return taken


def latest_dispute(disputes: Iterable[Object]) -> DisputeAnswer | None:
    """The last dispute about a payment, None where there is none."""
    real = [one for one in disputes if one["status"] not in INQUIRIES]
    if not real:
        return None
    dispute = max(real, key=lambda one: int(one["created"]))
    due = (dispute.get("evidence_details") or {}).get("due_by")
    return DisputeAnswer(
        str(dispute["id"]),
        DISPUTE_STATUSES[dispute["status"]],
        money_of(dispute["amount"], dispute["currency"]),
        str(dispute["reason"]) if dispute.get("reason") else None,
        local_date(datetime.fromtimestamp(due, UTC), DUE_ZONE) if due else None,
    )


def attempt_named(thing: Object) -> str | None:
    """Our reference in an object's metadata."""
    name = (thing.get("metadata") or {}).get(ATTEMPT)
    return name if isinstance(name, str) else None
