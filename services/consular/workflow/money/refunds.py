"""What becomes of money owed back, with the notice its payer gets: by card, in cash, through the bank."""

from datetime import date

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.missions import day_of
from services.consular.notices.rules import REFUND_PAID, REFUND_RETURNED
from services.consular.payments.ledger import accounts
from services.consular.payments.orders.model import Order
from services.consular.payments.providers.rules import Answer, ProviderStatus
from services.consular.payments.refunds import pay, payout_slip
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.prepare import load_for_update
from services.consular.payments.refunds.rules import CARD, CASH, TRANSFER, UNDER_WAY, RefundState
from services.consular.payments.tills import till
from services.consular.workflow.money.charges import notify_payer
from shared.database.db import now
from shared.database.rows import lock_row
from shared.errors import Conflict, Invalid
from shared.identity.actor import Actor
from shared.logs import log
from shared.values.money import Money

# Why a bank or a provider did not pay.
RETURNED_BY_BANK = "returned_by_bank"
FAILURES = ("account_closed", "account_unknown", RETURNED_BY_BANK, "other")


def by_answer(session: Session, actor: Actor, reference: str, answer: Answer) -> RefundState:
    """Records a card provider's answer about a refund that is under way or paid; the state after it.

    A provider that says it paid another amount is not believed: the refund stays unknown, in sight of the desk. A paid
    refund that is said to have failed came back: a payer's card may be closed by then.
    """
    refund = lock_row(session, Refund, reference)
    state = RefundState(refund.state)
    if state is RefundState.PAID and refund.method == CARD:
        return _check_paid(session, actor, refund, answer)
    if state not in UNDER_WAY:
        return state
    if answer.status is ProviderStatus.PAID and answer.amount == refund.money:
        pay.record_paid(session, actor, refund, accounts.CARD, provider_reference=answer.provider_reference)
        notify_paid(session, refund)
    elif answer.status is ProviderStatus.FAILED:
        pay.record_failed(session, actor, refund, answer.reason or "refused_by_provider")
    else:
        _record_open(session, refund, answer)
    return RefundState(refund.state)


def _check_paid(session: Session, actor: Actor, refund: Refund, answer: Answer) -> RefundState:
    if answer.status is ProviderStatus.FAILED:
        return_money(session, actor, refund, accounts.CARD, answer.reason or "refused_by_provider")
    elif not answer.unverified:
        refund.changed_at = now(session)
        session.flush()
    return RefundState(refund.state)


def _record_open(session: Session, refund: Refund, answer: Answer) -> None:
    if answer.status is ProviderStatus.PAID:
        log().error("refund of another amount", refund=refund.reference)
        refund.failure = "wrong_amount"
    is_unknown = answer.unverified or answer.status is ProviderStatus.PAID
    target = RefundState.UNKNOWN if is_unknown else RefundState.SENT
    if refund.state != target:
        pay.transition(session, refund, target)
    refund.changed_at = now(session)
    session.flush()


def pay_cash(session: Session, actor: Actor, reference: str, seen: Money) -> Refund:
    """Pays an approved refund out of the acting officer's till, with a numbered slip.

    Raises Conflict (refund_not_approved; refund_paid; amount_changed; till_needed), NotFound.
    """
    refund = load_for_update(session, actor, "refund.pay", reference, seen)
    if refund.method != CASH or refund.state not in (RefundState.APPROVED, RefundState.PAID):
        raise Conflict("refund_not_approved")
    till.require_open(session, actor, refund.currency)
    pay.record_paid(session, actor, refund, accounts.cash_of(actor.id))
    payout_slip.issue(session, actor, refund)
    notify_paid(session, refund)
    return refund


def confirm_transfer(session: Session, actor: Actor, reference: str, seen: Money, failure: str = "") -> Refund:
    """Records that the bank paid a refund of a transfer file, or with a code of `FAILURES` that it did not, or that
    what it had paid came back.

    Raises Invalid for another code, Conflict (refund_not_sent; refund_paid; amount_changed), NotFound.
    """
    refund = load_for_update(session, actor, "refund.confirm", reference, seen)
    if failure and failure not in FAILURES:
        raise Invalid("unknown_choice", field="failure")
    if refund.method != TRANSFER or refund.state not in (RefundState.SENT, RefundState.PAID):
        raise Conflict("refund_not_sent")
    if failure and refund.state == RefundState.PAID:
        return_money(session, actor, refund, accounts.BANK, failure)
        return refund
    if failure:
        pay.record_failed(session, actor, refund, failure)
        return refund
    pay.record_paid(session, actor, refund, accounts.BANK)
    notify_paid(session, refund)
    return refund


def return_money(session: Session, actor: Actor, refund: Refund, account: str, reason: str) -> None:
    """Books money of a paid, locked refund that came back, and notifies the payer that it is owed still."""
    pay.record_returned(session, actor, refund, account, reason)
    _notify(session, refund, REFUND_RETURNED, f"{refund.reference}/returned/{refund.returns}")


def notify_paid(session: Session, refund: Refund) -> None:
    """Notifies the payer that a refund is paid; once more where its money had come back."""
    day: date = day_of(session, refund.mission, now(session))
    once = f"{refund.reference}/paid" + (f"/{refund.returns + 1}" if refund.returns else "")
    _notify(session, refund, REFUND_PAID, once, day=day.isoformat())


def _notify(session: Session, refund: Refund, kind: str, once: str, **params: str) -> None:
    """Nobody where a transfer was for no order: its payer reads our reference on the statement of their bank."""
    if refund.order is not None:
        application = session.get_one(Application, session.get_one(Order, refund.order).application)
        notify_payer(session, application, refund, kind, once, **params)
