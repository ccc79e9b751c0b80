"""Taking money: by card in two steps around a provider's page, or in cash at the counter. Amounts are positive.

Whoever also changes the application locks it first (`attempts.find` says which it is), then calls a verb of this file,
which locks the order: always in that order, so that two ways of paying wait for each other instead of dying.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.payments import attempts, ledger, receipt, tariffs
from services.consular.payments.ledger import Posting
from services.consular.payments.model import Attempt, Order, Quote, Refund
from services.consular.payments.quote import lines_of
from services.consular.payments.rules import (
    UNSETTLED,
    Answer,
    AttemptState,
    Kind,
    OrderState,
    Outcome,
    Payment,
    ProviderStatus,
    fault,
)
from shared.database import audit
from shared.database.db import now
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor
from shared.values.money import Money

CARD, CASH = "card", "cash"


def open_attempt(session: Session, actor: Actor, order: str, key: str) -> Payment:
    """A card attempt in state `created`, before any provider hears of it.

    While an attempt of the order is not settled that one comes back, whatever the key: there is never a second. A key
    that was used before brings back its own attempt. Raises Conflict (order_closed, payment_held, key_reused), Refusal
    (quote_expired, transaction_not_active), NotFound.
    """
    debt = attempts.load_for_update(session, order)
    known = attempts.by_key(session, debt, key) or attempts.unsettled(session, debt)
    if known is not None:
        return attempts.payment_of(session, debt, known)
    _check_payable(session, debt)
    attempt = attempts.new(session, actor, debt, CARD, key, AttemptState.CREATED)
    audit.record(session, actor, "payment.opened", debt.application, payment=attempt.reference)
    return attempts.payment_of(session, debt, attempt)


def cash(session: Session, actor: Actor, order: str, amount: Money, key: str) -> Payment:
    """Cash over the counter into the acting officer's account: receipt and ledger entry in this very transaction.

    `amount` is what the officer counted and must be exactly what is owed. The same key brings back the same payment.
    Raises Conflict (order_closed, payment_open, payment_held, key_reused), Refusal (amount_differs, quote_expired,
    transaction_not_active), NotFound.
    """
    debt = attempts.load_for_update(session, order)
    known = attempts.by_key(session, debt, key)
    if known is not None:
        return attempts.payment_of(session, debt, known)
    if attempts.unsettled(session, debt) is not None:
        raise Conflict("payment_open")
    _check_payable(session, debt)
    if amount != debt.money:
        raise Refusal("amount_differs", amount=debt.amount, currency=debt.currency)
    attempt = attempts.new(session, actor, debt, CASH, key, AttemptState.SUCCEEDED)
    _earn(session, actor, debt, attempt, ledger.cash_of(actor.id))
    return attempts.payment_of(session, debt, attempt)


def record_page(session: Session, actor: Actor, attempt: str, answer: Answer) -> Payment:
    """The provider has opened a page: `created` or `unknown` becomes `pending`, with the address to send the payer to.

    Raises Conflict (payment_closed) when the attempt was settled meanwhile: the payer is not sent anywhere.
    """
    debt, row = attempts.load_both_for_update(session, attempt)
    if row.state not in UNSETTLED:
        raise Conflict("payment_closed")
    attempts.transition(session, row, AttemptState.PENDING, **_page(row, answer))
    audit.record(session, actor, "payment.pending", debt.application, payment=row.reference)
    return attempts.payment_of(session, debt, row)


def record_unknown(session: Session, actor: Actor, attempt: str) -> Payment:
    """The provider did not answer in time: an unsettled attempt becomes `unknown`, a settled one stays."""
    debt, row = attempts.load_both_for_update(session, attempt)
    if row.state in UNSETTLED:
        attempts.transition(session, row, AttemptState.UNKNOWN)
        audit.record(session, actor, "payment.unknown", debt.application, payment=row.reference)
    return attempts.payment_of(session, debt, row)


def record_answer(session: Session, actor: Actor, attempt: str, answer: Answer) -> Outcome:
    """What a provider said of an attempt, however we came to hear it: notification, return page, question, job.

    SETTLED comes once per order: the caller moves the application then, in the same transaction, and only then.
    HELD: money came that does not fit; it is in suspense. ASK: a notification contradicts us; ask the provider.
    Raises NotFound.
    """
    if answer.said is ProviderStatus.PAID:
        return record_success(session, actor, attempt, answer)
    debt, row = attempts.load_both_for_update(session, attempt)
    if row.state not in UNSETTLED:
        return Outcome(Kind.ALREADY, attempts.payment_of(session, debt, row))
    if answer.said is ProviderStatus.OPEN:
        attempts.transition(session, row, AttemptState.PENDING, **_page(row, answer))
        return Outcome(Kind.OPEN, attempts.payment_of(session, debt, row))
    attempts.transition(session, row, AttemptState.FAILED, failure=answer.reason or answer.said.value)
    audit.record(session, actor, "payment.failed", debt.application, reason=row.failure, payment=row.reference)
    return Outcome(Kind.FAILED, attempts.payment_of(session, debt, row))


def record_success(session: Session, actor: Actor, attempt: str, answer: Answer) -> Outcome:
    """The provider says it has the money. Exactly one success is booked per attempt, whoever brings the news and how
    often; a failed attempt that turns out paid counts as well, if its order is still open. See record_answer."""
    debt, row = attempts.load_both_for_update(session, attempt)
    if row.state == AttemptState.SUCCEEDED:
        return Outcome(Kind.ALREADY, attempts.payment_of(session, debt, row))
    wrong = fault(row.money, answer.amount)
    if wrong and answer.unverified:
        if row.state in UNSETTLED:
            attempts.transition(session, row, AttemptState.UNKNOWN)
        return Outcome(Kind.NEEDS_QUERY, attempts.payment_of(session, debt, row))
    received, held = answer.amount or row.money, wrong or _too_late(debt)
    attempts.transition(
        session,
        row,
        AttemptState.SUCCEEDED,
        failure=None,
        held=held,
        provider_reference=answer.provider_reference or row.provider_reference,
        received_amount=received.amount,
        received_currency=received.currency,
    )
    if held:
        _hold(session, actor, debt, row, received, held)
        return Outcome(Kind.HELD, attempts.payment_of(session, debt, row))
    _earn(session, actor, debt, row, ledger.CARD)
    return Outcome(Kind.SETTLED, attempts.payment_of(session, debt, row))


def _page(row: Attempt, answer: Answer) -> dict[str, str | None]:
    return {
        "provider_reference": answer.provider_reference or row.provider_reference,
        "redirect_url": answer.url or row.redirect_url,
    }


def _too_late(debt: Order) -> str | None:
    if debt.state == OrderState.OPEN:
        return None
    return "paid_already" if debt.state == OrderState.PAID else "late"


def _holds_money(session: Session, debt: Order) -> bool:
    """Whether money of this order lies in suspense that nobody has yet marked to be given back."""
    held = select(Attempt.reference).where(
        Attempt.order == debt.reference,
        Attempt.held.is_not(None),
        Attempt.reference.not_in(select(Refund.attempt).where(Refund.order == debt.reference)),
    )
    return session.scalar(held.limit(1)) is not None


def _check_payable(session: Session, debt: Order) -> None:
    if debt.state != OrderState.OPEN:
        raise Conflict("order_closed")
    if _holds_money(session, debt):
        raise Conflict("payment_held")
    if session.get_one(Quote, debt.quote_id).expires_at <= now(session):
        raise Refusal("quote_expired")
    tariffs.check_active(session, debt.transaction, debt.mission)


def _earn(session: Session, actor: Actor, debt: Order, row: Attempt, into: str) -> None:
    """Order paid, entry booked, receipt numbered: the counter of receipts is locked last and for the shortest time."""
    debt.state, debt.changed_at = OrderState.PAID.value, now(session)
    lines = lines_of(session, debt)
    ledger.post_entry(
        session,
        actor,
        mission=debt.mission,
        kind="payment",
        source=row.reference,
        about=debt.application,
        postings=ledger.earned(into, lines),
    )
    audit.record(session, actor, "payment.taken", debt.application, payment=row.reference, method=row.method)
    receipt.issue(session, actor, debt, row, lines)


def _hold(session: Session, actor: Actor, debt: Order, row: Attempt, received: Money, why: str) -> None:
    ledger.post_entry(
        session,
        actor,
        mission=debt.mission,
        kind="suspense",
        source=row.reference,
        about=debt.application,
        postings=[Posting(ledger.CARD, received), Posting(ledger.SUSPENSE, -received)],
    )
    audit.record(session, actor, "payment.held", debt.application, reason=why, payment=row.reference)
