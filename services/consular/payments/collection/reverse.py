"""Takes booked cash back as if it had never come: nothing is erased, the entry is reversed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.payments.ledger import entries
from services.consular.payments.ledger.model import Entry
from services.consular.payments.orders import attempts
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.orders.rules import AttemptState, OrderState
from shared.identity.actor import Actor


def reverse_cash(session: Session, actor: Actor, debt: Order, attempt: Attempt) -> None:
    """Reverses a payment of a locked, paid order, which can be paid again; or a kept part of one that is still open."""
    kind = "payment" if attempt.held is None else "suspense"
    attempts.transition(session, attempt, AttemptState.VOIDED, held=None)
    if kind == "payment":
        attempts.change_order(session, debt, OrderState.OPEN)
    booked = select(Entry.id).where(Entry.kind == kind, Entry.source == attempt.reference)
    entries.reverse(session, actor, session.scalars(booked).one())
