"""Locks the lines of statements, books what their money is for, and keeps the rest in suspense with its reason."""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.payments.collection import take
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.orders import attempts, parts
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.orders.rules import AttemptState, Payment
from services.consular.payments.transfers.model import BankLine, BankMatch
from services.consular.payments.transfers.rules import Part, Reason, parts_for
from shared.database import audit
from shared.database.db import now
from shared.identity.actor import Actor
from shared.values.money import Money

PAYMENT, REFUND_DUE, REFUND_PAID = "payment", "refund_due", "refund_paid"
REFUND_RETURNED = "refund_returned"
DEPOSIT, CARD_PAYOUT, BANK_CHARGE = "deposit", "card_payout", "bank_charge"
# The accounts of the ledger that a movement may turn out to be for; the sign of the movement stays.
ACCOUNTS = {
    REFUND_DUE: accounts.REFUNDS,
    REFUND_PAID: accounts.REFUNDS,
    REFUND_RETURNED: accounts.REFUNDS,
    DEPOSIT: accounts.DEPOSITS,
    CARD_PAYOUT: accounts.CARD,
    BANK_CHARGE: accounts.BANK_CHARGES,
}


def lock_open_parts(session: Session, application: str, currency: str) -> list[BankLine]:
    """The partial payments of an application that wait for the rest, locked, in the order in which they are used."""
    return list(
        session.scalars(
            select(BankLine)
            .where(BankLine.application == application, BankLine.reason == Reason.UNDER.value)
            .where(BankLine.currency == currency)
            .order_by(BankLine.booked_on, BankLine.fingerprint, BankLine.occurrence)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def pay_order(
    session: Session, actor: Actor, debt: Order, lines: Sequence[BankLine], shortage: int = 0
) -> Payment | None:
    """Pays a locked, open order out of suspense; None while the lines have too little. A rest stays, as overpaid.

    Each line is a payment with a receipt of its own, as its payers may be several. `shortage` of the owed amount is in
    suspense already, without a line.
    """
    before = parts.arrived(debt, parts.of_order(session, debt))
    taken = parts_for((debt.money - before).amount - shortage, [_part(line) for line in lines])
    if taken is None:
        return None
    by_reference = {line.reference: line for line in lines}
    *earlier, last = (by_reference[reference] for reference in taken)
    for line in earlier:
        before += keep_as_part(session, actor, debt, line, before)
    key, rest = f"bank/{last.reference}/{debt.reference}", debt.money - before
    attempt = attempts.create_attempt(session, actor, debt, take.TRANSFER, key, AttemptState.SUCCEEDED, rest)
    take.book_payment(session, actor, debt, attempt, accounts.SUSPENSE, before, Money(shortage, debt.currency))
    match(session, actor, last, PAYMENT, taken[last.reference], attempt.reference)
    if last.open_amount:
        keep(session, actor, last, Reason.OVER)
    return attempts.as_payment(debt, attempt)


def keep_as_part(session: Session, actor: Actor, debt: Order, line: BankLine, before: Money) -> Money:
    """Makes the open money of a locked line a part of a locked order, with a receipt; `before` is what had come of it.

    Returns the money of the part.
    """
    money, key = line.open_money, f"bank/{line.reference}/{debt.reference}/part"
    attempt = attempts.create_attempt(
        session, actor, debt, take.TRANSFER, key, AttemptState.SUCCEEDED, money, money, parts.PART
    )
    take.keep_part(session, actor, debt, attempt, before)
    match(session, actor, line, PAYMENT, money.amount, attempt.reference)
    return money


def _part(line: BankLine) -> Part:
    return Part(line.reference, line.open_amount, (line.booked_on.isoformat(), line.fingerprint, line.occurrence))


def match(
    session: Session,
    actor: Actor,
    line: BankLine,
    kind: str,
    amount: int,
    attempt: str | None = None,
    refund: str | None = None,
) -> BankMatch:
    """Notes what a part of a locked line is for. The caller has booked it."""
    matched = BankMatch(
        id=uuid4(),
        mission=line.mission,
        line=line.reference,
        kind=kind,
        amount=amount,
        currency=line.currency,
        attempt=attempt,
        refund=refund,
        made_at=now(session),
        made_by=actor.id,
    )
    session.add(matched)
    line.open_amount -= amount
    if line.open_amount == 0:
        line.reason = line.attempt = None
    line.changed_at = now(session)
    session.flush()
    audit.record(session, actor, "bank.matched", line.reference, reason=kind, payment=attempt)
    return matched


def book_to(
    session: Session,
    actor: Actor,
    line: BankLine,
    kind: str,
    amount: Money,
    about: str = "",
    attempt: str | None = None,
    refund: str | None = None,
    account: str | None = None,
) -> BankMatch:
    """Books money of a locked line out of suspense into the account of its kind, or into another one; `about` is the
    deposit or refund."""
    matched = match(session, actor, line, kind, amount.amount, attempt, refund)
    entries.post_entry(
        session,
        actor,
        mission=line.mission,
        kind="bank_matched",
        source=str(matched.id),
        about=about or line.application or line.reference,
        postings=[Posting(accounts.SUSPENSE, amount), Posting(account or ACCOUNTS[kind], -amount)],
    )
    return matched


def keep(session: Session, actor: Actor, line: BankLine, reason: Reason, application: str | None = None) -> None:
    """Keeps what is open of a locked line in suspense, and says why."""
    line.reason, line.changed_at = reason.value, now(session)
    line.application = application or line.application
    session.flush()
    audit.record(session, actor, "bank.kept", line.reference, reason=reason.value, application=line.application)


def hold(session: Session, actor: Actor, debt: Order, line: BankLine) -> Payment:
    """A held payment of an order for the open money of a locked line, so that it is shown, and given back, like any
    other money that does not fit."""
    key = f"bank/{line.reference}/{uuid4().hex}"
    held = attempts.create_attempt(
        session, actor, debt, take.TRANSFER, key, AttemptState.SUCCEEDED, debt.money, line.open_money, line.reason
    )
    line.attempt = held.reference
    session.flush()
    audit.record(session, actor, "payment.held", debt.application, reason=line.reason, payment=held.reference)
    return attempts.as_payment(debt, held)


def release_held(session: Session, line: BankLine) -> None:
    """Ends the held payment of a locked line, whose money is going to be used otherwise."""
    if line.attempt is not None:
        row = session.get_one(Attempt, line.attempt, populate_existing=True)
        attempts.transition(session, row, AttemptState.FAILED, held=None, failure="used_otherwise")
        line.attempt = None
        session.flush()


def close_refunded(session: Session, actor: Actor, attempt: str, refund: str) -> None:
    """Closes the line of a held payment that is owed back; the refund has booked it. Other payments have no line."""
    line = session.scalar(select(BankLine).where(BankLine.attempt == attempt).with_for_update())
    if line is not None:
        match(session, actor, line, REFUND_DUE, line.open_amount, attempt, refund)
