"""Refunds that were sent through the bank, and the movements of its statements that pay them or bring them back."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import TRANSFER, RefundState
from services.consular.payments.transfers.lines import REFUND_PAID, REFUND_RETURNED
from services.consular.payments.transfers.model import BankLine, BankMatch
from shared.errors import Invalid

NEWEST = 2_000


def movements_of(session: Session, refund: Refund, kind: str) -> int:
    """How many movements of statements were matched with a refund as a kind."""
    # Matches of earlier versions name only the payment that is refunded, which some refunds have not.
    is_earlier = BankMatch.refund.is_(None) & (BankMatch.attempt == (refund.attempt or ""))
    matched = select(func.count()).select_from(BankMatch).where((BankMatch.refund == refund.reference) | is_earlier)
    return session.scalar(matched.where(BankMatch.kind == kind)) or 0


def awaits_payment(session: Session, refund: Refund) -> bool:
    """Whether the movement that pays it is still to come, also where an officer has confirmed the payment before."""
    if refund.method != TRANSFER:
        return False
    is_confirmed = refund.state == RefundState.PAID and movements_of(session, refund, REFUND_PAID) <= refund.returns
    return is_confirmed or refund.state == RefundState.SENT


def is_return_recorded(session: Session, refund: Refund) -> bool:
    """Whether an officer has said that it came back, and its movement is still to come."""
    return movements_of(session, refund, REFUND_RETURNED) < refund.returns


def awaits_return(session: Session, refund: Refund) -> bool:
    """Whether a movement may bring it back."""
    is_paid = refund.state == RefundState.PAID
    return refund.method == TRANSFER and (is_paid or is_return_recorded(session, refund))


AWAITS: dict[str, Callable[[Session, Refund], bool]] = {REFUND_PAID: awaits_payment, REFUND_RETURNED: awaits_return}


def kind_for(line: BankLine) -> str:
    """What the open money of a movement may be to a refund: a debit pays it, a credit brings it back."""
    return REFUND_PAID if line.open_amount < 0 else REFUND_RETURNED


def load_named(session: Session, line: BankLine, kind: str, named: str) -> Refund:
    """The refund of which an officer says that a movement pays it, or brings it back. It may be a part of the movement.

    Raises Invalid for the field `refund`: refund_needed, refund_unknown, refund_paid, refund_not_sent, refund_not_paid,
    refund_differs.
    """
    refund = session.get(Refund, named) if named else None
    if refund is None:
        raise Invalid("refund_unknown" if named else "refund_needed", field="refund")
    if not AWAITS[kind](session, refund):
        not_sent = "refund_paid" if refund.state == RefundState.PAID else "refund_not_sent"
        raise Invalid(not_sent if kind == REFUND_PAID else "refund_not_paid", field="refund")
    if refund.currency != line.currency or abs(line.open_amount) < refund.amount:
        raise Invalid("refund_differs", field="refund", amount=refund.amount, currency=refund.currency)
    return refund


def candidates(session: Session, line: BankLine) -> list[Refund]:
    """Refunds that the open money of a movement may have paid, or brought back; the newest ones."""
    may_be: ColumnElement[bool] = Refund.state.in_([RefundState.SENT.value, RefundState.PAID.value])
    if kind_for(line) == REFUND_RETURNED:
        may_be = (Refund.state == RefundState.PAID.value) | (Refund.returns > 0)
    of_line = (Refund.method == TRANSFER, Refund.currency == line.currency, Refund.amount <= abs(line.open_amount))
    newest = select(Refund).where(may_be, *of_line).order_by(Refund.changed_at.desc()).limit(NEWEST)
    return list(session.scalars(newest))
