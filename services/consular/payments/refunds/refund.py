"""Refunds: the debt is booked at once, in the currency and amount taken; paying it out is a separate act."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
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
from services.consular.payments.refunds.rules import TRANSFER, URGENCY, WHOLE, RefundState
from services.consular.payments.tariffs.rules import PricedLine, cash_money
from shared.database import audit
from shared.database.db import now
from shared.errors import Conflict
from shared.identity.actor import Actor
from shared.values import references
from shared.values.money import Money, total

REFERENCE_LENGTH = 10
ENTRY_KIND = "refund_due"


@dataclass(frozen=True)
class Payer:
    """Who sent a bank transfer, as the bank wrote it; both may be empty."""

    name: str
    iban: str


def shortage_source(order: str) -> str:
    """The source of the entry by which the mission bears what an order's transfer lacked."""
    return f"short/{order}"


def mark_due(session: Session, actor: Actor, order: str, reason: str) -> Refund | None:
    """Ends an order. Repeating it changes nothing and returns the same refund.

    A paid order becomes refund_due and its money is booked as owed to the payer, less what is owed of it already, what
    a bank on the way had kept, which the mission bore, and what the payer's bank took back. An unpaid one is cancelled
    and gives None; money that arrives later is held. One whose money the payer's bank took back owes nothing. `reason`
    is a code (refused, withdrawn, suspended, lapsed ...). Raises NotFound.
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
    arrived = parts.arrived(debt, parts.of_order(session, debt) if parts.may_have_parts(debt, attempt) else [])
    money, before, earlier = _after_urgency(session, attempt, arrived)
    postings = [*_opposite(payment_postings(accounts.REFUNDS, lines_of(debt), attempt.money + arrived)), *earlier]
    if before.amount:
        # Each part is owed back by a refund of its own, out of suspense.
        postings += [Posting(accounts.REFUNDS, before), Posting(accounts.SUSPENSE, -before)]
    # It never arrived, or the payer's bank has returned it: it is paid to nobody, and the mission no longer bears it.
    gone = ((_borne(session, attempt), accounts.BANK_CHARGES), (_lost(session, attempt), accounts.DISPUTE_LOSSES))
    for part, account in gone:
        money, legs = _without(money, part, account)
        postings += legs
    if money.amount:
        return _book_refund(session, actor, debt, attempt, WHOLE, money, postings, reason)
    if before.amount:
        # Nothing is left of the last payment, and the parts before it go back all the same.
        _post(session, actor, debt.application, order, postings)
    return None


def _without(money: Money, gone: Money, account: str) -> tuple[Money, list[Posting]]:
    """What is left to pay out of owed money, and the legs of the rest, which `account` has."""
    part = Money(min(gone.amount, money.amount), money.currency)
    return money - part, [Posting(accounts.REFUNDS, part), Posting(account, -part)] if part.amount else []


def _after_urgency(session: Session, attempt: Attempt, arrived: Money) -> tuple[Money, Money, list[Posting]]:
    """What a missed urgency has left of the last payment and of the parts before it, and the legs that undo its own."""
    money, before, postings = attempt.money, arrived, list[Posting]()
    for earlier in session.scalars(select(Refund).where(Refund.order == attempt.order, Refund.part == URGENCY)):
        postings += _opposite(_legs(session, earlier))
        if earlier.attempt == attempt.reference:
            money -= earlier.money
        else:
            before -= earlier.money
    return money, before, postings


def mark_parts_due(session: Session, actor: Actor, order: str, reason: str) -> list[Refund]:
    """Books the kept parts of an order that has ended as owed back, each in its own amount and the way it came. Those
    that are owed back already stay as they are. Raises NotFound."""
    debt = attempts.load_for_update(session, order)
    if debt.state in (OrderState.OPEN, OrderState.PAID):
        return []
    returned = [_return_part(session, actor, debt, part, reason) for part in parts.of_order(session, debt)]
    return [one for one in returned if one is not None]


def _return_part(session: Session, actor: Actor, debt: Order, part: Attempt, reason: str) -> Refund | None:
    """None where all of the part is owed back already, as the price of an urgency."""
    attempts.transition(session, part, AttemptState.SUCCEEDED, held=parts.PART_RETURNED)
    money = _left(session, part)
    if not money.amount:
        return None
    postings = [Posting(accounts.SUSPENSE, money), Posting(accounts.REFUNDS, -money)]
    return _book_refund(session, actor, debt, part, WHOLE, money, postings, reason)


def mark_part_due(session: Session, actor: Actor, order: str, part: PricedLine, reason: str) -> list[Refund]:
    """Books a part of a paid order as owed back: the price of an urgency that was not delivered. The order stays paid.

    Cash is owed back as coins exist. What was paid in several payments goes back by the last ones, each at most in its
    own amount. Nothing for an order that is not paid, whose part is owed back already, or of which the payer's bank has
    left less. Raises NotFound.
    """
    debt = attempts.load_for_update(session, order)
    known = session.scalar(select(Refund.reference).where(Refund.order == order, Refund.part == URGENCY))
    if debt.state != OrderState.PAID or known is not None:
        return []
    attempt = _paid_attempt(session, order)
    mission = missions.find(session, debt.mission)
    is_cash = attempt.method == CASH
    money = cash_money(part.collected, mission.currency, mission.cash_step) if is_cash else part.collected
    payers = [attempt, *reversed(parts.of_order(session, debt) if parts.may_have_parts(debt, attempt) else [])]
    shares = _shares(money, [(payer, _left(session, payer)) for payer in payers])
    # The first entry says what is owed for; those of the other payments only divide it.
    postings = _opposite(payment_postings(accounts.REFUNDS, [part], money))
    refunds = []
    for payer, share in shares:
        refunds.append(_book_refund(session, actor, debt, payer, URGENCY, share, postings, reason))
        postings = [Posting(accounts.REFUNDS, share), Posting(accounts.REFUNDS, -share)]
    return refunds


def _shares(money: Money, payers: Iterable[tuple[Attempt, Money]]) -> list[tuple[Attempt, Money]]:
    """What each payment gives back of an amount, in their order; nothing where all have less."""
    shares, rest = [], money
    for payer, left in payers:
        share = Money(min(rest.amount, left.amount), money.currency)
        if share.amount > 0:
            shares.append((payer, share))
            rest -= share
    return [] if rest.amount else shares


def _left(session: Session, attempt: Attempt) -> Money:
    """What has arrived of a payment and is neither owed back nor lost to the payer's bank."""
    owed = session.scalars(select(Refund).where(Refund.attempt == attempt.reference))
    gone = [_lost(session, attempt), _borne(session, attempt), *(one.money for one in owed)]
    return attempt.money - total(gone)


def mark_held_due(session: Session, actor: Actor, attempt: str, reason: str) -> Refund:
    """Books money in suspense as owed back to its payer, in the received amount; the order can be paid again.

    Raises Conflict (payment_not_held), NotFound.
    """
    debt, row = attempts.load_both_for_update(session, attempt)
    if row.held is None or row.received_amount is None or row.received_currency is None:
        raise Conflict("payment_not_held")
    received = Money(row.received_amount, row.received_currency)
    existing = session.scalar(select(Refund).where(Refund.attempt == attempt, Refund.part == WHOLE))
    if existing is not None:
        return existing
    if row.held == parts.PART:
        returned = _return_part(session, actor, debt, row, reason) if debt.state != OrderState.PAID else None
        if returned is None:
            raise Conflict("payment_not_held")
        return returned
    postings = [Posting(accounts.SUSPENSE, received), Posting(accounts.REFUNDS, -received)]
    return _book_refund(session, actor, debt, row, WHOLE, received, postings, reason)


def mark_transfer_due(session: Session, actor: Actor, line: str, money: Money, payer: Payer, reason: str) -> Refund:
    """Books money in suspense that came by bank for no order as owed back to the account it came from; once for each
    movement, which the caller has locked."""
    refund = _new_refund(actor, session.info["mission"], WHOLE, money, reason, now(session))
    refund.line, refund.payer_name, refund.payer_iban = line, payer.name, payer.iban
    return _book(session, actor, refund, line, [Posting(accounts.SUSPENSE, money), Posting(accounts.REFUNDS, -money)])


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


def _borne(session: Session, attempt: Attempt) -> Money:
    """What the mission bore of an order's last payment, because a bank on its way had kept it."""
    if attempt.method != TRANSFER or attempt.held is not None:
        return Money(0, attempt.currency)
    accepted = (Entry.mission == attempt.mission, Entry.source == shortage_source(attempt.order))
    charges = select(func.coalesce(func.sum(Line.amount), 0)).join(Entry, Entry.id == Line.entry)
    here = Line.account == accounts.BANK_CHARGES, Line.currency == attempt.currency
    return Money(int(session.scalar(charges.where(*accepted, *here)) or 0), attempt.currency)


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
    refund = _new_refund(actor, debt.mission, part, money, reason, now(session))
    refund.order, refund.attempt = debt.reference, attempt.reference
    return _book(session, actor, refund, debt.application, postings)


def _new_refund(actor: Actor, mission: str, part: str, money: Money, reason: str, at: datetime) -> Refund:
    return Refund(
        reference=references.new(mission, REFERENCE_LENGTH, "F"),
        mission=mission,
        part=part,
        key=uuid4(),
        amount=money.amount,
        currency=money.currency,
        state=RefundState.DUE.value,
        reason=reason,
        marked_at=at,
        marked_by=actor.id,
        changed_at=at,
        second_needed=False,
    )


def _book(session: Session, actor: Actor, refund: Refund, about: str, postings: list[Posting]) -> Refund:
    session.add(refund)
    session.flush()
    _post(session, actor, about, refund.reference, postings)
    audit.record(session, actor, "refund.due", about, reason=refund.reason, refund=refund.reference)
    return refund


def _post(session: Session, actor: Actor, about: str, source: str, postings: list[Posting]) -> None:
    mission = session.info["mission"]
    entries.post_entry(session, actor, mission=mission, kind=ENTRY_KIND, source=source, about=about, postings=postings)
