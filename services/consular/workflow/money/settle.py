"""Settles every payment (notification, return page, provider query, counter) and moves the application on, in one
commit."""

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.notify import notify_recipients
from services.consular.applications.promise import promised_today
from services.consular.applications.rules import Status
from services.consular.applications.transitions import check_status, load_for_update, transition
from services.consular.applications.update import update_columns
from services.consular.missions import calendar, offices
from services.consular.notices.rules import PAID_BY_OTHER, PAYMENT_HELD
from services.consular.payments.collection import take
from services.consular.payments.collection.rules import Kind, Outcome
from services.consular.payments.orders import attempts, quote
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import Payment, PriceChange
from services.consular.payments.providers.rules import Answer
from services.consular.workflow.money import charges, disputes, transfer_parts, upgrade
from services.consular.workflow.money.payment_deadline import pause_deadline
from shared import forms
from shared.catalogue.model import AFTER_ASSESSMENT
from shared.database import audit, db
from shared.database.rows import lock_row
from shared.errors import Conflict
from shared.identity.actor import Actor
from shared.messaging.outbox import emit
from shared.values.money import Money


def by_answer(session: Session, actor: Actor, attempt: str, answer: Answer) -> Outcome:
    """Books a provider's answer about a card payment, and moves the application on if the answer settles it.

    The application is always locked before the order. Raises NotFound for an unknown attempt.
    """
    application = _load_for_update(session, attempts.find(session, attempt).application)
    outcome = take.record_answer(session, actor, attempt, answer)
    if outcome.kind is Kind.SETTLED:
        advance(session, actor, application, outcome.payment, session.get_one(Order, outcome.payment.order))
        if outcome.payment.payer is None:
            _notify_paid_by_other(session, application, outcome.payment)
    elif outcome.kind is Kind.HELD:
        flag(session, actor, application, outcome.payment)
    if answer.dispute is not None:
        disputes.record_dispute(session, actor, application, outcome.payment, answer.dispute)
    return outcome


def by_cash(session: Session, actor: Actor, reference: str, amount: Money, key: str) -> Payment:
    """Takes the exact owed amount in cash: the price, or what remains of it. Raises Conflict when nothing is owed (any
    more)."""
    application, order = _order_at_counter(session, actor, reference)
    return _take_cash(session, actor, application, order, amount, key)


def part_by_cash(session: Session, actor: Actor, reference: str, amount: Money, key: str) -> Payment:
    """Takes less than what is owed in cash and keeps it; the application goes on waiting for the rest, until its own
    last day. Raises as `by_cash`."""
    application, order = _order_at_counter(session, actor, reference)
    if order is None:
        raise Conflict("nothing_owed")
    offices.check_takes(session, application.office, amount.currency)
    return take.cash_part(session, actor, order, amount, key)


def _order_at_counter(session: Session, actor: Actor, reference: str) -> tuple[Application, Order | None]:
    application = load_for_update(session, actor, "payment.cash", reference)
    check_status(application, "cash")
    calendar.check_payments_open(session, application.mission)
    order = charges.charge(session, actor, application)
    if order is not None:
        transfer_parts.count_as_parts(session, actor, application, order)
    return application, order


def difference_by_cash(session: Session, actor: Actor, reference: str, amount: Money, key: str) -> Payment:
    """Takes the difference to the urgent price at the counter. Raises Conflict when none is owed (any more)."""
    application = load_for_update(session, actor, "payment.cash", reference)
    return _take_cash(session, actor, application, quote.lock_live(session, reference, quote.UPGRADE), amount, key)


def _take_cash(
    session: Session, actor: Actor, application: Application, order: Order | None, amount: Money, key: str
) -> Payment:
    if order is None:
        raise Conflict("nothing_owed")
    offices.check_takes(session, application.office, amount.currency)
    payment = take.cash_for(session, actor, order, amount, key)
    advance(session, actor, application, payment, order)
    return payment


def order_to_pay(session: Session, actor: Actor, reference: str) -> tuple[str, PriceChange | None]:
    """The order to be paid, and both prices where a replaced quote has changed the amount, else None.

    The caller sends nobody to pay a price they have not seen. Raises Conflict when nothing is owed (any more).
    """
    application = load_for_update(session, actor, "payment.open", reference)
    check_status(application, "pay")
    calendar.check_payments_open(session, application.mission)
    earlier = quote.of_application(session, reference)
    found = charges.order_to_pay(session, earlier, lambda: charges.charge(session, actor, application))
    transfer_parts.count_as_parts(session, actor, application, session.get_one(Order, found[0]))
    return found


def _load_for_update(session: Session, reference: str) -> Application:
    """Locks without a check of access: received money is booked for any payer."""
    return lock_row(session, Application, reference)


def advance(session: Session, actor: Actor, application: Application, payment: Payment, order: Order) -> None:
    """Moves the application on when an order of it is paid, however it was paid."""
    if order.purpose == quote.UPGRADE:
        upgrade.take_effect(session, actor, application, payment)
        return
    entry = forms.transaction(application.transaction)
    detail = {"payment": payment.reference, "method": payment.method}
    due = promised_today(session, application)
    target = Status.WITH_AUTHORITY if entry.priced == AFTER_ASSESSMENT else Status.IN_REVIEW
    transition(session, actor, application, target, detail=detail, columns={"paid_at": db.now(session), "due_on": due})
    if entry.priced == AFTER_ASSESSMENT:
        notify_authorities(session, actor, application, payment)


def notify_authorities(session: Session, actor: Actor, application: Application, payment: Payment) -> None:
    """Informs the assessing authorities that their fee is paid, in the currency of the tariff."""
    entry = forms.transaction(application.transaction)
    amount = charges.law_amount(session, application) or payment.amount
    for ask in entry.asks:
        body = {
            "application": application.reference,
            "transaction": entry.slug,
            "authority": ask.authority,
            "person": application.person,
            "payment": payment.reference,
            "amount": amount.amount,
            "currency": amount.currency,
        }
        emit(session, actor, "fee.settled", application.reference, body)


def _notify_paid_by_other(session: Session, application: Application, payment: Payment) -> None:
    amounts: dict[str, str | int | None] = {"amount": payment.amount.amount, "currency": payment.amount.currency}
    notify_recipients(session, application, PAID_BY_OTHER, once=payment.reference, **amounts)


def flag(session: Session, actor: Actor, application: Application, payment: Payment) -> None:
    """Flags the file of held money: it stays among the queue's exceptions until somebody resolves it."""
    code = f"payment_{payment.held}"
    update_columns(session, application, exception=code, changed_at=db.now(session))
    pause_deadline(session, application)
    audit.record(session, actor, "application.flagged", application.reference, reason=code, payment=payment.reference)
    amounts: dict[str, str | int | None] = {"amount": payment.amount.amount, "currency": payment.amount.currency}
    if payment.received:
        amounts |= {"received": payment.received.amount, "received_currency": payment.received.currency}
    notify_recipients(session, application, PAYMENT_HELD, once=payment.reference, **amounts)
