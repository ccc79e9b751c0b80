"""Disputed payments: what the payer's bank took back is booked, the file is flagged, and the decision is carried out.

An issued document is never revoked by itself: the file stays among the exceptions until an officer has looked at it.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.notify import notify_recipients
from services.consular.applications.rules import Status
from services.consular.applications.transitions import transition
from services.consular.applications.update import update_columns
from services.consular.notices.rules import DISPUTE_LOST, DISPUTE_WON, PAYMENT_DISPUTED
from services.consular.payments.disputes import record
from services.consular.payments.disputes.model import Dispute
from services.consular.payments.ledger import accounts
from services.consular.payments.ledger.postings import Posting, payment_postings
from services.consular.payments.orders import attempts, parts, quote
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.orders.quote import lines_of
from services.consular.payments.orders.rules import AttemptState, OrderState, Payment
from services.consular.payments.providers.rules import DisputeAnswer, DisputeStatus
from services.consular.payments.refunds import pay, refund
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import PREPARABLE, RefundState
from services.consular.payments.tariffs.rules import PricedLine
from services.consular.workflow.money import charges
from services.consular.workflow.money.payment_deadline import renew_deadline
from shared.database import audit, db
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor
from shared.logs import log
from shared.values.money import Money

OPEN_FLAG, LOST_FLAG = "dispute_open", "dispute_lost"
REASON = "charged_back"


def record_dispute(
    session: Session, actor: Actor, application: Application, payment: Payment, said: DisputeAnswer
) -> None:
    """Records what a provider says of a dispute about a payment; the application is locked. Repeated, it does nothing.

    A dispute ends once: a provider that says otherwise later is logged and not believed.
    """
    debt, attempt = attempts.load_both_for_update(session, payment.reference)
    if attempt.state != AttemptState.SUCCEEDED:
        return
    dispute = record.find(session, said.provider_reference)
    if dispute is None:
        dispute = record.open_dispute(session, actor, debt, attempt, said)
        _flag(session, actor, application, OPEN_FLAG, attempt)
        _notify(session, application, PAYMENT_DISPUTED, dispute)
    if dispute.state == said.status.value:
        return
    if dispute.state != DisputeStatus.OPEN:
        log().error("dispute ended otherwise", dispute=dispute.reference, known=dispute.state, said=said.status.value)
    elif said.status is DisputeStatus.WON:
        _win(session, actor, application, dispute)
    else:
        _lose(session, actor, application, dispute, debt, attempt)


def _win(session: Session, actor: Actor, application: Application, dispute: Dispute) -> None:
    record.win(session, actor, dispute)
    _notify(session, application, DISPUTE_WON, dispute)
    if application.exception == OPEN_FLAG and not _open_of(session, application.reference):
        update_columns(session, application, {"exception": OPEN_FLAG}, exception=None, changed_at=db.now(session))
        audit.record(session, actor, "application.flag_cleared", application.reference, flag=OPEN_FLAG)


def _lose(
    session: Session, actor: Actor, application: Application, dispute: Dispute, debt: Order, attempt: Attempt
) -> None:
    """Whoever had the money in the books has it no longer: the beneficiaries of an order that is paid by nothing else,
    the payer to whom it was owed back, else the mission."""
    owed = _owed_back(session, actor, attempt)
    # Of a fee that came in parts the last payment alone is lost: the order stays paid, and the mission bears it.
    is_only = attempt.held is None and not parts.may_have_parts(debt, attempt)
    is_whole = debt.state == OrderState.PAID and is_only and not owed and dispute.money == attempt.money
    if is_whole:
        legs = _opposite_legs(lines_of(debt), attempt.money)
    else:
        legs = _borne(dispute.money, [row for row in owed if row.currency == dispute.currency])
    record.lose(session, actor, dispute, legs)
    for row in owed:
        if any(leg == Posting(accounts.REFUNDS, row.money) for leg in legs):
            pay.transition(session, row, RefundState.CHARGED_BACK)
            audit.record(session, actor, "refund.charged_back", application.reference, refund=row.reference)
    renew_deadline(session, application)
    _flag(session, actor, application, LOST_FLAG, attempt)
    _notify(session, application, DISPUTE_LOST, dispute)
    if is_whole:
        attempts.change_order(session, debt, OrderState.CHARGED_BACK)
        if debt.purpose == quote.FEE:
            update_columns(session, application, paid_at=None)
        ask_again(session, actor, application)


def _opposite_legs(lines: list[PricedLine], money: Money) -> list[Posting]:
    return [Posting(leg.account, -leg.money) for leg in payment_postings(accounts.DISPUTES, lines, money)]


def _borne(money: Money, owed: list[Refund]) -> list[Posting]:
    """What was owed back and fits into the money is no longer owed; the mission bears the rest."""
    legs, left = [Posting(accounts.DISPUTES, -money)], money
    for row in owed:
        if row.amount <= left.amount:
            legs.append(Posting(accounts.REFUNDS, row.money))
            left -= row.money
    return [*legs, Posting(accounts.DISPUTE_LOSSES, left)] if left.amount else legs


def _owed_back(session: Session, actor: Actor, attempt: Attempt) -> list[Refund]:
    """The refunds of an attempt that nobody has begun to pay, locked. Held money becomes one here."""
    if attempt.held is not None:
        refund.mark_held_due(session, actor, attempt.reference, REASON)
    rows = session.scalars(
        select(Refund)
        .where(Refund.attempt == attempt.reference, Refund.state.in_([state.value for state in PREPARABLE]))
        .order_by(Refund.marked_at, Refund.reference)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)


def ask_again(session: Session, actor: Actor, application: Application) -> None:
    """An application in review whose fee was charged back waits for its payment anew, at today's price."""
    order = quote.latest(session, application.reference)
    if application.status != Status.IN_REVIEW or order is None or order.state != OrderState.CHARGED_BACK:
        return
    transition(session, actor, application, Status.AWAITING_PAYMENT, code="charged_back")
    try:
        charges.charge(session, actor, application)
    except Refusal as refusal:
        # No price can be said today: the page of the fee says why, and asks again.
        log().warning("fee not asked again", application=application.reference, code=refusal.code)


def check_decidable(session: Session, application: str) -> None:
    """Raises Conflict (payment_disputed) while a payment of an application is disputed."""
    if _open_of(session, application):
        raise Conflict("payment_disputed")


def _open_of(session: Session, application: str) -> bool:
    is_open = select(Dispute.reference).where(
        Dispute.application == application, Dispute.state == DisputeStatus.OPEN.value
    )
    return session.scalar(is_open.limit(1)) is not None


def _flag(session: Session, actor: Actor, application: Application, flag: str, attempt: Attempt) -> None:
    update_columns(session, application, exception=flag, changed_at=db.now(session))
    audit.record(session, actor, "application.flagged", application.reference, reason=flag, payment=attempt.reference)


def _notify(session: Session, application: Application, kind: str, dispute: Dispute) -> None:
    once = f"{dispute.reference}/{dispute.state}"
    notify_recipients(session, application, kind, once, amount=dispute.amount, currency=dispute.currency)
