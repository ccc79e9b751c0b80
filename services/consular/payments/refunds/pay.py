"""What becomes of an approved refund: sent, unknown, paid or failed. Each verb changes a locked row from a known state.

Paying books the entry that ends the debt; the database refuses a second entry of the same refund.
"""

from sqlalchemy.orm import Session

from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.orders.model import Order
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import ENDED, TRANSITIONS, RefundState
from shared.database import audit
from shared.database.db import now
from shared.errors import Conflict
from shared.identity.actor import Actor


def transition(session: Session, refund: Refund, state: RefundState, **columns: object) -> None:
    """Changes the state of a locked refund. Raises Conflict (refund_under_way; refund_paid) for a change that the
    table does not have."""
    if state not in TRANSITIONS[RefundState(refund.state)]:
        raise Conflict("refund_paid" if refund.state in ENDED else "refund_under_way")
    refund.state, refund.changed_at = state.value, now(session)
    for name, value in columns.items():
        setattr(refund, name, value)
    session.flush()


def record_paid(session: Session, actor: Actor, refund: Refund, account: str, **columns: object) -> None:
    """Books the payment of a locked refund out of an account. Raises Conflict (refund_paid, refund_under_way)."""
    transition(session, refund, RefundState.PAID, paid_at=now(session), paid_by=actor.id, failure=None, **columns)
    application = session.get_one(Order, refund.order).application
    entries.post_entry(
        session,
        actor,
        mission=refund.mission,
        kind="refund_paid",
        source=refund.reference,
        about=application,
        postings=[Posting(accounts.REFUNDS, refund.money), Posting(account, -refund.money)],
    )
    audit.record(session, actor, "refund.paid", application, refund=refund.reference, method=refund.method)


def record_failed(session: Session, actor: Actor, refund: Refund, reason: str) -> None:
    """Records that a sent refund came to nothing; it is prepared again. `reason` is a code."""
    transition(session, refund, RefundState.FAILED, failure=reason, approved_by=None, approved_at=None)
    audit.record(session, actor, "refund.failed", refund.reference, reason=reason)
