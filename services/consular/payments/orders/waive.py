"""Waives the fee of an application: the order ends without money, and is never charged again."""

from sqlalchemy.orm import Session

from services.consular.payments.orders import attempts, parts, quote
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import OrderState
from shared.database import audit
from shared.errors import Conflict
from shared.identity.actor import Actor


def check_open(session: Session, order: Order | None) -> Order:
    """The order, if its fee can be waived now. Raises Conflict (nothing_owed, order_paid; payment_open while a payment
    is under way, whose money must first be known; payment_held while a part of it is kept)."""
    if order is None:
        raise Conflict("nothing_owed")
    if order.state != OrderState.OPEN:
        raise Conflict("order_paid")
    if attempts.find_unsettled(session, order) is not None:
        raise Conflict("payment_open")
    if parts.of_order(session, order):
        raise Conflict("payment_held")
    return order


def waive(session: Session, actor: Actor, application: str, proposal: str) -> Order:
    """Ends the open order of an application as waived. Money that arrives for it later is held. Raises as `check_open`.

    The application must be locked: payment, lapse and waiver wait for each other there, and one of them wins.
    """
    order = check_open(session, quote.lock_live(session, application))
    attempts.change_order(session, order, OrderState.WAIVED)
    audit.record(session, actor, "fee.waived", application, order=order.reference, proposal=proposal)
    return order
