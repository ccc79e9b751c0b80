"""Taking money: by card in two steps around a provider's page, or in cash at the counter. Amounts are positive.

Whoever also changes the application locks it first (`attempts.find` says which it is), then calls a verb of this file,
which locks the order: always in that order, so that two ways of paying wait for each other instead of dying.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.collection.rules import Kind, Outcome, fault
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.postings import Posting, payment_postings
from services.consular.payments.orders import attempts, parts, receipt
from services.consular.payments.orders.attempts import Attempts
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.orders.quote import lines_of
from services.consular.payments.orders.rules import UNSETTLED, AttemptState, OrderState, Payment
from services.consular.payments.providers.rules import Answer, ProviderStatus
from services.consular.payments.refunds.model import Refund
from services.consular.payments.tariffs import transaction_status
from services.consular.payments.tariffs.rules import cash_money
from shared.database import audit
from shared.database.db import now
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor
from shared.values.money import Money

CARD, CASH, TRANSFER = "card", "cash", "transfer"
_REFUNDED = select(Refund.attempt).where(Refund.order == bindparam("order"))


def open_attempt(session: Session, actor: Actor, order: str, key: str) -> Payment:
    """A card attempt in state `created`, before any provider is called.

    An unsettled attempt of the order is returned for any key: there is never a second one. A key that was used before
    returns its own attempt. Raises Conflict (order_closed, payment_held, key_reused), Refusal (quote_expired,
    transaction_not_active), NotFound.
    """
    debt = attempts.load_for_update(session, order)
    known = attempts.find_all(session, debt, key)
    existing = known.by_key or known.unsettled
    if existing is not None:
        return attempts.payment_of(session, debt, existing)
    _check_payable(session, debt, known)
    rest = debt.money - parts.arrived(debt, known.of_order)
    attempt = attempts.create_attempt(session, actor, debt, CARD, key, AttemptState.CREATED, rest)
    audit.record(session, actor, "payment.opened", debt.application, payment=attempt.reference)
    return attempts.as_payment(debt, attempt)


def cash(session: Session, actor: Actor, order: str, amount: Money, key: str) -> Payment:
    """Takes cash into the acting officer's account, with receipt and ledger entry in the same transaction.

    `amount` is what the officer counted and must equal what the quote says is owed in cash. The same key returns the
    same payment. Raises Conflict (order_closed, payment_open, payment_held, key_reused, till_needed), Refusal
    (amount_differs, quote_expired, transaction_not_active), NotFound.
    """
    return cash_for(session, actor, attempts.load_for_update(session, order), amount, key)


def cash_for(session: Session, actor: Actor, debt: Order, amount: Money, key: str) -> Payment:
    """As `cash`, for an order that the caller has locked."""
    known = attempts.find_all(session, debt, key)
    if known.by_key is not None:
        return _paid_by_key(session, debt, known.by_key)
    if known.unsettled is not None:
        raise Conflict("payment_open")
    _check_payable(session, debt, known)
    owed = cash_owed(session, debt, known.of_order)
    if amount != owed:
        raise Refusal("amount_differs", amount=owed.amount, currency=owed.currency)
    attempt = attempts.create_attempt(session, actor, debt, CASH, key, AttemptState.SUCCEEDED, owed)
    before = parts.arrived(debt, known.of_order)
    book_payment(session, actor, debt, attempt, accounts.cash_of(actor.id), before)
    return attempts.as_payment(debt, attempt)


def _paid_by_key(session: Session, debt: Order, row: Attempt) -> Payment:
    """The payment that a key was used for before. Raises Conflict (key_reused) where it pays the order no more, or not
    yet: it was voided, or is a part."""
    if row.state != AttemptState.SUCCEEDED or row.held is not None:
        raise Conflict("key_reused")
    return attempts.payment_of(session, debt, row)


def _kept_by_key(session: Session, debt: Order, row: Attempt) -> Payment:
    """The part that a key was used for before. Raises Conflict (key_reused) where it was voided."""
    if row.state != AttemptState.SUCCEEDED:
        raise Conflict("key_reused")
    return attempts.payment_of(session, debt, row)


def cash_part(session: Session, actor: Actor, debt: Order, amount: Money, key: str) -> Payment:
    """Takes less than what is owed into the acting officer's account and keeps it, with a receipt, until the rest has
    come; the caller has locked the order.

    Raises as `cash`, and Refusal (not_a_part, with what is owed) for the whole, for more, and for another currency;
    (not_in_coins, with the smallest coin) for a sum that the mission's coins do not make.
    """
    known = attempts.find_all(session, debt, key)
    if known.by_key is not None:
        return _kept_by_key(session, debt, known.by_key)
    if known.unsettled is not None:
        raise Conflict("payment_open")
    _check_payable(session, debt, known)
    owed, before = cash_owed(session, debt, known.of_order), parts.arrived(debt, known.of_order)
    if amount.currency != owed.currency or not 0 < amount.amount < owed.amount:
        raise Refusal("not_a_part", amount=owed.amount, currency=owed.currency)
    mission = missions.find(session, debt.mission)
    if cash_money(amount, mission.currency, mission.cash_step) != amount:
        raise Refusal("not_in_coins", amount=mission.cash_step, currency=mission.currency)
    attempt = attempts.create_attempt(
        session, actor, debt, CASH, key, AttemptState.SUCCEEDED, amount, amount, parts.PART
    )
    keep_part(session, actor, debt, attempt, before)
    into_suspense = [Posting(accounts.cash_of(actor.id), amount), Posting(accounts.SUSPENSE, -amount)]
    _post(session, actor, debt, attempt, "suspense", into_suspense)
    return attempts.as_payment(debt, attempt)


def keep_part(session: Session, actor: Actor, debt: Order, attempt: Attempt, before: Money) -> None:
    """Gives a part its receipt; its money is in suspense, or is booked there by the caller."""
    audit.record(session, actor, "payment.part_kept", debt.application, payment=attempt.reference)
    receipt.issue(session, actor, debt, attempt, lines_of(debt), before)


def cash_owed(session: Session, debt: Order, known: Sequence[Attempt]) -> Money:
    """What the counter takes now, in coins that exist: the price, less the parts that have come."""
    before = parts.arrived(debt, known)
    if not before.amount:
        return debt.quote.cash
    mission = missions.find(session, debt.mission)
    return cash_money(debt.money - before, mission.currency, mission.cash_step)


def record_page(session: Session, actor: Actor, attempt: str, answer: Answer) -> Payment:
    """Records an opened page: `created` or `unknown` becomes `pending`, with the address to send the payer to.

    Raises Conflict (payment_closed) when the attempt was settled meanwhile: the payer is not sent anywhere.
    """
    debt, row = attempts.load_both_for_update(session, attempt)
    if row.state not in UNSETTLED:
        raise Conflict("payment_closed")
    attempts.transition(session, row, AttemptState.PENDING, **_page(row, answer))
    audit.record(session, actor, "payment.pending", debt.application, payment=row.reference)
    return attempts.payment_of(session, debt, row)


def record_unknown(session: Session, actor: Actor, attempt: str) -> Payment:
    """Records that the provider did not answer in time: an unsettled attempt becomes `unknown`, a settled one stays."""
    debt, row = attempts.load_both_for_update(session, attempt)
    if row.state in UNSETTLED:
        attempts.transition(session, row, AttemptState.UNKNOWN)
        audit.record(session, actor, "payment.unknown", debt.application, payment=row.reference)
    return attempts.payment_of(session, debt, row)


def record_answer(session: Session, actor: Actor, attempt: str, answer: Answer) -> Outcome:
    """Records a provider's answer about an attempt, whoever asked: notification, return page, counter, job.

    SETTLED comes once per order: only then does the caller move the application, in the same transaction.
    HELD: received money does not fit; it is in suspense. Raises NotFound.
    """
    if answer.status is ProviderStatus.PAID:
        return record_success(session, actor, attempt, answer)
    debt, row = attempts.load_both_for_update(session, attempt)
    if row.state not in UNSETTLED:
        return Outcome(Kind.ALREADY, attempts.payment_of(session, debt, row))
    if answer.status is ProviderStatus.OPEN:
        attempts.transition(session, row, AttemptState.PENDING, **_page(row, answer))
        return Outcome(Kind.OPEN, attempts.payment_of(session, debt, row))
    attempts.transition(session, row, AttemptState.FAILED, failure=answer.reason or answer.status.value)
    audit.record(session, actor, "payment.failed", debt.application, reason=row.failure, payment=row.reference)
    return Outcome(Kind.FAILED, attempts.payment_of(session, debt, row))


def record_success(session: Session, actor: Actor, attempt: str, answer: Answer) -> Outcome:
    """Records that the provider has the money. Exactly one success is booked per attempt, however often it is reported.

    A failed attempt that turns out paid counts as well, if its order is still open. See record_answer.
    """
    debt, row = attempts.load_both_for_update(session, attempt)
    if row.state == AttemptState.SUCCEEDED:
        return Outcome(Kind.ALREADY, attempts.payment_of(session, debt, row))
    received, held = answer.amount or row.money, fault(row.money, answer.amount) or _late_reason(debt)
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
        _book_suspense(session, actor, debt, row, received, held)
        return Outcome(Kind.HELD, attempts.as_payment(debt, row))
    book_payment(session, actor, debt, row, accounts.CARD)
    return Outcome(Kind.SETTLED, attempts.as_payment(debt, row))


def _page(row: Attempt, answer: Answer) -> dict[str, str | None]:
    return {
        "provider_reference": answer.provider_reference or row.provider_reference,
        "redirect_url": answer.url or row.redirect_url,
    }


def _late_reason(debt: Order) -> str | None:
    if debt.state == OrderState.OPEN:
        return None
    return "paid_already" if debt.state == OrderState.PAID else "late"


def _has_held_money(session: Session, debt: Order, known: Attempts) -> bool:
    """Whether money of this order is in suspense and not yet marked for refund."""
    held = {attempt.reference for attempt in known.of_order if attempt.held not in (None, parts.PART)}
    return bool(held) and bool(held - set(session.scalars(_REFUNDED, {"order": debt.reference})))


def _check_payable(session: Session, debt: Order, known: Attempts) -> None:
    if debt.state != OrderState.OPEN:
        raise Conflict("order_closed")
    if _has_held_money(session, debt, known):
        raise Conflict("payment_held")
    if debt.quote.expires_at <= now(session) and not parts.arrived(debt, known.of_order).amount:
        raise Refusal("quote_expired")
    transaction_status.check_active(session, debt.transaction, debt.mission)


def book_payment(
    session: Session,
    actor: Actor,
    debt: Order,
    row: Attempt,
    into: str,
    before: Money | None = None,
    borne: Money | None = None,
) -> None:
    """Marks the order paid, books the entry, and has the receipt issued last of all. `into` has the money.

    What came in parts, `before` where the caller knows it, leaves suspense with it: the beneficiaries are credited
    once, with the whole. `borne` is what never arrived of the attempt's amount, which the mission bears.
    """
    attempts.change_order(session, debt, OrderState.PAID)
    lines = lines_of(debt)
    if before is None:
        known = parts.of_order(session, debt) if parts.may_have_parts(debt, row) else []
        before = parts.arrived(debt, known)
    postings = payment_postings(into, lines, row.money + before)
    if before.amount:
        postings += [Posting(into, -before), Posting(accounts.SUSPENSE, before)]
    _post(session, actor, debt, row, "payment", postings)
    audit.record(session, actor, "payment.taken", debt.application, payment=row.reference, method=row.method)
    receipt.issue(session, actor, debt, row, lines, before, borne)


def _post(session: Session, actor: Actor, debt: Order, row: Attempt, kind: str, postings: Sequence[Posting]) -> None:
    entries.post_entry(
        session,
        actor,
        mission=debt.mission,
        kind=kind,
        source=row.reference,
        about=debt.application,
        postings=postings,
    )


def _book_suspense(session: Session, actor: Actor, debt: Order, row: Attempt, received: Money, reason: str) -> None:
    _post(
        session,
        actor,
        debt,
        row,
        "suspense",
        [Posting(accounts.CARD, received), Posting(accounts.SUSPENSE, -received)],
    )
    audit.record(session, actor, "payment.held", debt.application, reason=reason, payment=row.reference)
