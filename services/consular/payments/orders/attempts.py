"""Finds, locks, creates and changes orders and attempts; and shows them as payments."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.payments.orders.model import Attempt, Order, Receipt
from services.consular.payments.orders.rules import UNSETTLED, AttemptState, Payment
from shared.database.db import now
from shared.database.rows import find_row, lock_row
from shared.errors import Conflict, NotFound
from shared.identity.actor import Actor
from shared.values import references

REFERENCE_LENGTH = 10


def find(session: Session, attempt: str) -> Payment:
    """An attempt, unlocked. Raises NotFound."""
    row = find_row(session, Attempt, attempt)
    return payment_of(session, session.get_one(Order, row.order), row)


def of_application(session: Session, application: str) -> list[Payment]:
    """All attempts for an application, oldest first."""
    rows = session.execute(
        select(Order, Attempt)
        .join(Attempt, Attempt.order == Order.reference)
        .where(Order.application == application)
        .order_by(Attempt.opened_at, Attempt.reference)
    )
    return [payment_of(session, debt, attempt) for debt, attempt in rows]


def load_for_update(session: Session, order: str) -> Order:
    """An order in its current state, locked until the transaction ends. Raises NotFound."""
    return lock_row(session, Order, order)


def load_both_for_update(session: Session, attempt: str) -> tuple[Order, Attempt]:
    """Order and attempt in their current state. The order is locked: its attempts are settled under its lock."""
    order = session.scalar(select(Attempt.order).where(Attempt.reference == attempt))
    if order is None:
        raise NotFound()
    debt = load_for_update(session, order)
    row = session.get_one(Attempt, attempt, populate_existing=True)
    return debt, row


def find_by_key(session: Session, debt: Order, key: str) -> Attempt | None:
    """The attempt a key was first used for. Raises Conflict (key_reused) when it belongs to another order."""
    attempt = session.scalar(select(Attempt).where(Attempt.mission == debt.mission, Attempt.key == key))
    if attempt is not None and attempt.order != debt.reference:
        raise Conflict("key_reused")
    return attempt


def find_unsettled(session: Session, debt: Order) -> Attempt | None:
    """The one unsettled attempt of an order."""
    return session.scalar(
        select(Attempt).where(Attempt.order == debt.reference, Attempt.state.in_([state.value for state in UNSETTLED]))
    )


def create_attempt(session: Session, actor: Actor, debt: Order, method: str, key: str, state: AttemptState) -> Attempt:
    """A new attempt, written to the database before any provider is called."""
    opened_at = now(session)
    attempt = Attempt(
        reference=references.new(debt.mission, REFERENCE_LENGTH, "P"),
        mission=debt.mission,
        order=debt.reference,
        method=method,
        key=key,
        amount=debt.amount,
        currency=debt.currency,
        state=state.value,
        opened_at=opened_at,
        changed_at=opened_at,
        opened_by=actor.id,
        payer=payer_of(actor, debt),
    )
    session.add(attempt)
    session.flush()
    return attempt


def payer_of(actor: Actor, debt: Order) -> str:
    """The register person who pays: the account's own person, or at the counter whoever acts on the application."""
    acting = debt.acting or {}
    return actor.person or str(acting.get("person") or debt.person)


def transition(session: Session, row: Attempt, state: AttemptState, **columns: str | int | None) -> None:
    """Changes an attempt's state, together with other columns, in one statement; the order must be locked."""
    values = {"state": state.value, "changed_at": now(session), **columns}
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()


def payment_of(session: Session, debt: Order, row: Attempt) -> Payment:
    """As others may see it."""
    return as_payment(debt, row, session.scalar(select(Receipt.number).where(Receipt.attempt == row.reference)))


def as_payment(debt: Order, row: Attempt, receipt: str | None) -> Payment:
    """As others may see it, with the number of its receipt."""
    return Payment(
        reference=row.reference,
        application=debt.application,
        order=debt.reference,
        person=debt.person,
        payer=row.payer,
        method=row.method,
        state=AttemptState(row.state),
        amount=row.money,
        receipt=receipt,
        redirect_url=row.redirect_url,
        held=row.held,
        received=row.received,
        failure=row.failure,
    )
