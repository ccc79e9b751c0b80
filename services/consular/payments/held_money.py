"""Whether money of an application has arrived without counting, or may have: nobody is asked to pay then."""

from sqlalchemy import Label, case, exists, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.orders.parts import PART
from services.consular.payments.orders.rules import AttemptState
from services.consular.payments.refunds.model import Refund
from services.consular.payments.transfers.model import BankLine
from services.consular.payments.transfers.reference import find_applications
from services.consular.payments.transfers.rules import Reason

HELD, UNKNOWN = "held", "unknown"
_HAS_ATTEMPT = exists().where(Order.application == Application.reference, Attempt.order == Order.reference)
_HAS_HELD = _HAS_ATTEMPT.where(
    Attempt.held != PART,
    Attempt.state == AttemptState.SUCCEEDED,
    ~exists().where(Refund.attempt == Attempt.reference),
)
_HAS_UNKNOWN = _HAS_ATTEMPT.where(Attempt.state == AttemptState.UNKNOWN)
# A column of a query of applications: HELD where money arrived, does not count, and was not sent back; UNKNOWN where
# the provider does not say whether it has the money; else NULL.
MONEY_WAITS: Label[str | None] = case((_HAS_HELD, HELD), (_HAS_UNKNOWN, UNKNOWN)).label("money_waits")
# Whether a part of the fee has arrived: as a payment, or in lines of a statement.
HAS_PART = _HAS_ATTEMPT.where(Attempt.held == PART, Attempt.state == AttemptState.SUCCEEDED) | exists().where(
    BankLine.application == Application.reference, BankLine.reason == Reason.UNDER.value
)


def named_in_suspense(session: Session) -> set[str]:
    """The applications that transfers in suspense name, of the session's mission, before an officer has decided what
    each transfer is for."""
    undecided = (Reason.NEW.value, Reason.SEVERAL.value)
    query = select(BankLine.text, BankLine.bank_reference).where(
        BankLine.reason.in_(undecided), BankLine.amount > 0, BankLine.open_amount != 0
    )
    return {one for text, number in session.execute(query) for one in find_applications(f"{text} {number}")}
