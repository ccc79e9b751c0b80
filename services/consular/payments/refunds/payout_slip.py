"""The slip of a refund that was paid in cash: numbered without gaps by mission and year, signed by who receives it."""

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.orders import attempts, receipt
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.refunds.model import Refund
from services.consular.payments.tills.cashier import cashier
from shared import documents
from shared.database.db import now
from shared.identity.actor import Actor

PAYOUT_SLIP = "payout-slip"


def issue(session: Session, actor: Actor, refund: Refund) -> None:
    """Issues the slip in the transaction that books the payment; the refund keeps its code."""
    order, attempt = session.get_one(Order, refund.order), session.get_one(Attempt, refund.attempt)
    data = {
        **receipt.names(order, attempt),
        "application": order.application,
        "payment": attempt.reference,
        "refund": refund.reference,
        "transaction": order.transaction,
        **attempts.difference_of(attempt),
        "paid_at": now(session).isoformat(),
        "total": {"amount": refund.amount, "currency": refund.currency},
        "cashier": cashier(actor),
        "zone": missions.find(session, refund.mission).zone,
    }
    document = documents.issue(
        session, actor, PAYOUT_SLIP, order.application, refund.mission, attempt.payer or order.person, data, None
    )
    refund.slip = document.code
    session.flush()
