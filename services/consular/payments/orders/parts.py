"""Part payments: money that is kept for an open order until the whole has arrived. It stands in suspense.

A part holds the price: while one is kept, the order is not quoted anew, and it ends with the application's last day.
Amounts are positive.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.payments.orders.attempts import CASH
from services.consular.payments.orders.model import Attempt, Order
from shared.values.money import Money, total

# Why the money of an attempt does not count yet, or did not come to count.
PART, PART_RETURNED = "part", "part_returned"


def of_order(session: Session, debt: Order) -> list[Attempt]:
    """The kept parts of an order, oldest first. They stay marked when the last payment has made the whole."""
    query = select(Attempt).where(Attempt.order == debt.reference, Attempt.held == PART)
    return list(session.scalars(query.order_by(Attempt.opened_at, Attempt.reference)))


def arrived(debt: Order, attempts: Iterable[Attempt]) -> Money:
    """The sum of the parts among attempts, in the order's currency; others are left out."""
    parts = [one.money for one in attempts if one.order == debt.reference and one.held == PART]
    return total([Money(0, debt.currency), *parts])


def may_have_parts(debt: Order, paid: Attempt) -> bool:
    """Whether parts may have come before the payment that completed an order: it is less than the price, or it was
    rounded to coins, so that a part smaller than a coin made no difference to it."""
    return paid.method == CASH or paid.amount < debt.amount
