"""What becomes of an approved refund: sent, unknown, paid, failed or returned. Each verb changes a locked row from a
known state.

Paying books the entry that ends the debt; the database refuses a second entry of the same payment.
"""

from uuid import uuid4

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
    about = about_of(session, refund)
    entries.post_entry(
        session,
        actor,
        mission=refund.mission,
        kind="refund_paid",
        source=_payment_of(refund),
        about=about,
        postings=[Posting(accounts.REFUNDS, refund.money), Posting(account, -refund.money)],
    )
    audit.record(session, actor, "refund.paid", about, refund=refund.reference, method=refund.method)


def record_failed(session: Session, actor: Actor, refund: Refund, reason: str) -> None:
    """Records that a sent refund came to nothing; it is prepared again. `reason` is a code."""
    transition(session, refund, RefundState.FAILED, failure=reason, approved_by=None, approved_at=None)
    audit.record(session, actor, "refund.failed", refund.reference, reason=reason)


def record_returned(session: Session, actor: Actor, refund: Refund, account: str, reason: str) -> None:
    """Books that the money of a paid, locked refund came back into an account: it is owed again, and prepared again.

    `reason` is a code. Raises Conflict (refund_under_way) for one that is not paid.
    """
    payment = _payment_of(refund)
    # The provider answers a used key with the payment that it remembers.
    anew = {"key": uuid4(), "returns": refund.returns + 1, "paid_at": None, "paid_by": None}
    unsigned = dict.fromkeys(("proposed_by", "proposed_at", "approved_by", "approved_at"))
    transition(session, refund, RefundState.FAILED, failure=reason, second_needed=False, **anew, **unsigned)
    about = about_of(session, refund)
    entries.post_entry(
        session,
        actor,
        mission=refund.mission,
        kind="refund_returned",
        source=payment,
        about=about,
        postings=[Posting(account, refund.money), Posting(accounts.REFUNDS, -refund.money)],
    )
    audit.record(session, actor, "refund.returned", about, refund=refund.reference, reason=reason)


def about_of(session: Session, refund: Refund) -> str:
    """The application whose money is owed back; of a transfer that was for no order its movement."""
    return session.get_one(Order, refund.order).application if refund.order else str(refund.line)


def _payment_of(refund: Refund) -> str:
    """The name of a refund's payment in the ledger: a number follows where an earlier one came back."""
    return f"{refund.reference}/{refund.returns + 1}" if refund.returns else refund.reference
