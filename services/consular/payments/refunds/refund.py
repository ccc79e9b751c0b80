"""Refunds: the debt is booked at once, in the currency and amount taken; paying it out is a separate act."""

from collections.abc import Iterable
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.disputes.model import Dispute
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.model import Entry, Line
from services.consular.payments.ledger.postings import Posting, payment_postings
from services.consular.payments.orders import attempts, parts
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.orders.quote import lines_of
from services.consular.payments.orders.receipt import CASH
from services.consular.payments.orders.rules import AttemptState, OrderState
from services.consular.payments.providers.rules import DisputeStatus
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import URGENCY, WHOLE, RefundState
from services.consular.payments.tariffs.rules import PricedLine, cash_money
from shared.database import audit
from shared.database.db import now
from shared.errors import Conflict
from shared.identity.actor import Actor
from shared.values import references
from shared.values.money import Money

REFERENCE_LENGTH = 10
ENTRY_KIND = "refund_due"


def mark_due(session: Session, actor: Actor, order: str, reason: str) -> Refund | None:
    """Ends an order. Repeating it changes nothing and returns the same refund.

    A paid order becomes refund_due and its money is booked as owed to the payer, less what is owed of it already
    and what the payer's bank took back. An
    unpaid one is cancelled and gives None; money that arrives later is held. One whose money the payer's bank took back
    owes nothing. `reason` is a code (refused, withdrawn,
    suspended, lapsed ...). Raises NotFound.
    """
    debt = attempts.load_for_update(session, order)
    if debt.state == OrderState.REFUND_DUE:
        return session.scalar(select(Refund).where(Refund.order == order, Refund.part == WHOLE))
    if debt.state in (OrderState.CANCELLED, OrderState.WAIVED, OrderState.CHARGED_BACK):
        return None
    if debt.state == OrderState.OPEN:
        attempts.change_order(session, debt, OrderState.CANCELLED)
        audit.record(session, actor, "order.cancelled", debt.application, reason=reason, order=order)
        return None
    attempts.change_order(session, debt, OrderState.REFUND_DUE)
    attempt = _paid_attempt(session, order)
    money = attempt.money
    before = Money(0, debt.currency)
    if parts.may_have_parts(debt, money):
        before = parts.arrived(debt, parts.of_order(session, debt))
    postings = _opposite(payment_postings(accounts.REFUNDS, lines_of(debt), money + before))
    if before.amount:
        # Each part is owed back by a refund of its own, out of suspense.
        postings += [Posting(accounts.REFUNDS, before), Posting(accounts.SUSPENSE, -before)]
    earlier = list(session.scalars(select(Refund).where(Refund.order == order, Refund.part == URGENCY)))
    for part in earlier:
        money -= part.money
        postings += _opposite(_legs(session, part))
    lost = _lost(session, attempt)
    if lost.amount:
        # The payer's bank has returned this much; the mission no longer bears it.
        money -= lost
        postings += [Posting(accounts.REFUNDS, lost), Posting(accounts.DISPUTE_LOSSES, -lost)]
    if money.amount <= 0:
        return None
    return _book_refund(session, actor, debt, attempt, WHOLE, money, postings, reason)


def mark_parts_due(session: Session, actor: Actor, order: str, reason: str) -> list[Refund]:
    """Books the kept parts of an order that has ended as owed back, each in its own amount and the way it came. Those
    that are owed back already stay as they are. Raises NotFound."""
    debt = attempts.load_for_update(session, order)
    if debt.state in (OrderState.OPEN, OrderState.PAID):
        return []
    return [_return_part(session, actor, debt, part, reason) for part in parts.of_order(session, debt)]


def _return_part(session: Session, actor: Actor, debt: Order, part: Attempt, reason: str) -> Refund:
    attempts.transition(session, part, AttemptState.SUCCEEDED, held=parts.PART_RETURNED)
    postings = [Posting(accounts.SUSPENSE, part.money), Posting(accounts.REFUNDS, -part.money)]
    return _book_refund(session, actor, debt, part, WHOLE, part.money, postings, reason)


def mark_part_due(session: Session, actor: Actor, order: str, part: PricedLine, reason: str) -> Refund | None:
    """Books a part of a paid order as owed back: the price of an urgency that was not delivered. The order stays paid.

    Cash is owed back as coins exist. None for an order that is not paid, whose part is owed back already,
    or of which the payer's bank has left less. Raises
    NotFound.
    """
    debt = attempts.load_for_update(session, order)
    known = session.scalar(select(Refund.reference).where(Refund.order == order, Refund.part == URGENCY))
    if debt.state != OrderState.PAID or known is not None:
        return None
    attempt = _paid_attempt(session, order)
    mission = missions.find(session, debt.mission)
    is_cash = attempt.method == CASH
    money = cash_money(part.collected, mission.currency, mission.cash_step) if is_cash else part.collected
    if money.amount > (attempt.money - _lost(session, attempt)).amount:
        return None
    postings = _opposite(payment_postings(accounts.REFUNDS, [part], money))
    return _book_refund(session, actor, debt, attempt, URGENCY, money, postings, reason)


def mark_held_due(session: Session, actor: Actor, attempt: str, reason: str) -> Refund:
    """Books money in suspense as owed back to its payer, in the received amount; the order can be paid again.

    Raises Conflict (payment_not_held), NotFound.
    """
    debt, row = attempts.load_both_for_update(session, attempt)
    if row.held is None or row.received_amount is None or row.received_currency is None:
        raise Conflict("payment_not_held")
    received = Money(row.received_amount, row.received_currency)
    existing = session.scalar(select(Refund).where(Refund.attempt == attempt))
    if existing is not None:
        return existing
    if row.held == parts.PART:
        if debt.state == OrderState.PAID:
            raise Conflict("payment_not_held")
        return _return_part(session, actor, debt, row, reason)
    postings = [Posting(accounts.SUSPENSE, received), Posting(accounts.REFUNDS, -received)]
    return _book_refund(session, actor, debt, row, WHOLE, received, postings, reason)


def of_application(session: Session, application: str) -> list[Refund]:
    """All refunds owed for an application."""
    return list(
        session.scalars(
            select(Refund)
            .join(Order, Order.reference == Refund.order)
            .where(Order.application == application)
            .order_by(Refund.marked_at)
        )
    )


def _paid_attempt(session: Session, order: str) -> Attempt:
    return session.scalars(
        select(Attempt).where(
            Attempt.order == order, Attempt.state == AttemptState.SUCCEEDED.value, Attempt.held.is_(None)
        )
    ).one()


def _lost(session: Session, attempt: Attempt) -> Money:
    """What the payer's bank took back of an attempt for good."""
    is_lost = (Dispute.state == DisputeStatus.LOST.value, Dispute.currency == attempt.currency)
    amounts = select(func.coalesce(func.sum(Dispute.amount), 0)).where(Dispute.attempt == attempt.reference, *is_lost)
    return Money(int(session.scalar(amounts) or 0), attempt.currency)


def _opposite(legs: Iterable[Posting]) -> list[Posting]:
    return [Posting(leg.account, -leg.money) for leg in legs]


def _legs(session: Session, refund: Refund) -> list[Posting]:
    """The legs by which a refund was booked as owed."""
    booked = (Entry.mission == refund.mission, Entry.kind == ENTRY_KIND, Entry.source == refund.reference)
    lines = session.scalars(select(Line).join(Entry, Entry.id == Line.entry).where(*booked).order_by(Line.id))
    return [Posting(line.account, Money(line.amount, line.currency)) for line in lines]


def _book_refund(
    session: Session,
    actor: Actor,
    debt: Order,
    attempt: Attempt,
    part: str,
    money: Money,
    postings: list[Posting],
    reason: str,
) -> Refund:
    refund = Refund(
        reference=references.new(debt.mission, REFERENCE_LENGTH, "F"),
        mission=debt.mission,
        order=debt.reference,
        attempt=attempt.reference,
        part=part,
        key=uuid4(),
        amount=money.amount,
        currency=money.currency,
        state=RefundState.DUE.value,
        reason=reason,
        marked_at=now(session),
        marked_by=actor.id,
        changed_at=now(session),
        second_needed=False,
    )
    session.add(refund)
    session.flush()
    entries.post_entry(
        session,
        actor,
        mission=debt.mission,
        kind=ENTRY_KIND,
        source=refund.reference,
        about=debt.application,
        postings=postings,
    )
    audit.record(session, actor, "refund.due", debt.application, reason=reason, refund=refund.reference)
    return refund
