"""Settles orders by bank transfer: finds out what a line of a statement is for, by the reference that its payer wrote.

The steps after a payment are those of card and cash. Money that does not fit stays in suspense, with the reason.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.applications.notify import notify_recipients
from services.consular.applications.rules import Status
from services.consular.applications.update import update_columns
from services.consular.notices.rules import PAYMENT_HELD, PAYMENT_RECEIVED
from services.consular.payments.orders import attempts, parts, quote
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import OrderState, Payment
from services.consular.payments.refunds.refund import of_application
from services.consular.payments.tariffs import transaction_status
from services.consular.payments.transfers import lines
from services.consular.payments.transfers.model import BankLine
from services.consular.payments.transfers.reference import find_applications
from services.consular.payments.transfers.rules import Reason
from services.consular.workflow.money import charges, settle
from services.consular.workflow.money.payment_deadline import renew_deadline
from services.consular.workflow.money.transfer_parts import UNDER_FLAG
from services.consular.workflow.money.transfers import mission_movements
from shared.database import audit, db
from shared.database.db import Database
from shared.database.rows import lock_row
from shared.errors import Refusal
from shared.identity.actor import Actor
from shared.logs import log
from shared.values.references import mission_of

MONEY_PREFIX = "payment_"
# Reasons of which the file has a held payment, to be given back there: the order is closed, or cannot take this money.
HELD = frozenset({Reason.OVER, Reason.LATE, Reason.PAID_ALREADY, Reason.WRONG_CURRENCY})


def settle_new(database: Database, actor: Actor, limit: int) -> int:
    """Looks at lines of the actor's mission that nobody has looked at, one transaction each; returns how many."""
    with database.scope(actor.mission) as session:
        new = select(BankLine.reference).where(BankLine.reason == Reason.NEW.value, BankLine.open_amount != 0)
        in_order = new.order_by(BankLine.booked_on, BankLine.fingerprint, BankLine.occurrence)
        references = list(session.scalars(in_order.limit(limit)))
    for reference in references:
        try:
            with database.scope(actor.mission) as session:
                settle_line(session, actor, reference)
        except Refusal as refusal:
            log().warning("bank line unsettled", line=reference, code=refusal.code)
    return len(references)


def settle_line(session: Session, actor: Actor, reference: str) -> None:
    """Settles what a new line pays, or says why it is kept in suspense. A line that was looked at stays as it is."""
    text = session.get_one(BankLine, reference)
    applications = [
        one for one in find_applications(f"{text.text} {text.bank_reference}") if mission_of(one) == text.mission
    ]
    known = list(session.scalars(select(Application.reference).where(Application.reference.in_(applications))))
    if len(known) == 1 and text.amount > 0:
        # The application is always locked first, then the line, then the order and the earlier parts.
        application = lock_row(session, Application, known[0])
        line = lock_row(session, BankLine, reference)
        if line.reason == Reason.NEW:
            assign(session, actor, application, line)
        return
    if not known and mission_movements.settle(session, actor, reference):
        return
    line = lock_row(session, BankLine, reference)
    if line.reason == Reason.NEW:
        lines.keep(session, actor, line, _unclear(line, len(known)))


def _unclear(line: BankLine, applications: int) -> Reason:
    if line.amount < 0:
        return Reason.OUTGOING
    return Reason.SEVERAL if applications > 1 else Reason.UNKNOWN


def assign(session: Session, actor: Actor, application: Application, line: BankLine) -> Payment | None:
    """Uses the open money of a credit for an application, both locked. The payment, where it settles an order."""
    line.application = application.reference
    order = _order_for(session, actor, application, line)
    reason = _hindrance(session, application, order, line)
    if order is None or reason is not None:
        _keep(session, actor, application, order, line, reason or Reason.NOT_OWED)
        return None
    payment = pay(session, actor, application, order, line)
    if payment is None:
        _keep(session, actor, application, order, line, Reason.UNDER)
    return payment


def pay(
    session: Session, actor: Actor, application: Application, order: Order, line: BankLine, shortage: int = 0
) -> Payment | None:
    """Pays a locked, open order with a locked line and the earlier parts; None while that is too little.

    `shortage` as in `lines.pay_order`.
    """
    earlier = lines.lock_open_parts(session, application.reference, line.currency)
    parts = [*(part for part in earlier if part.reference != line.reference), line]
    arrived = line.open_money
    payment = lines.pay_order(session, actor, order, parts, shortage)
    if payment is None:
        return None
    clear_money_flag(session, actor, application)
    settle.advance(session, actor, application, payment, order)
    notify_recipients(
        session, application, PAYMENT_RECEIVED, payment.reference, amount=arrived.amount, currency=arrived.currency
    )
    for part in parts:
        if part.open_amount:
            # A later part that was not needed, or what is left of the last one.
            lines.keep(session, actor, part, Reason.OVER, application.reference)
            settle.flag(session, actor, application, lines.hold(session, actor, order, part))
    return payment


def _order_for(session: Session, actor: Actor, application: Application, line: BankLine) -> Order | None:
    """The order that this money is for, locked: the open one, or the last one where none is open.

    A quote holds for money of a day on which it was valid. Later money meets today's price, which is the same unless a
    rate or the tariff has changed.
    """
    fee = quote.lock_live(session, application.reference)
    if fee is None:
        return quote.latest(session, application.reference)
    if fee.state == OrderState.PAID:
        difference = quote.lock_live(session, application.reference, quote.UPGRADE)
        is_difference = difference is not None and difference.money == line.open_money
        return difference if is_difference else fee
    if _was_valid(session, fee, line):
        return fee
    try:
        return charges.charge(session, actor, application) or fee
    except Refusal:
        # A card page is open, or the transaction is suspended: an officer decides.
        return fee


def _was_valid(session: Session, order: Order, line: BankLine) -> bool:
    last_day = missions.day_of(session, order.mission, order.quote.expires_at)
    return order.quote.expires_at > db.now(session) or line.value_on <= last_day


def _hindrance(session: Session, application: Application, order: Order | None, line: BankLine) -> Reason | None:
    """Why an order cannot take this money, whatever its amount."""
    if order is None:
        return Reason.NOT_OWED
    if order.state == OrderState.PAID:
        return Reason.PAID_ALREADY
    if order.state != OrderState.OPEN:
        return Reason.LATE
    if order.currency != line.currency:
        return Reason.WRONG_CURRENCY
    if not _was_valid(session, order, line) and not parts.of_order(session, order):
        return Reason.LATE
    if order.purpose == quote.FEE and application.status != Status.AWAITING_PAYMENT:
        return Reason.LATE
    try:
        transaction_status.check_active(session, order.transaction, order.mission)
    except Refusal:
        return Reason.LATE
    return None


def _keep(
    session: Session, actor: Actor, application: Application, order: Order | None, line: BankLine, reason: Reason
) -> None:
    """Keeps money of a file in suspense, and tells both sides what came and what was owed."""
    lines.keep(session, actor, line, reason, application.reference)
    if order is None:
        return
    if reason in HELD:
        settle.flag(session, actor, application, lines.hold(session, actor, order, line))
        return
    update_columns(session, application, exception=UNDER_FLAG, changed_at=db.now(session))
    audit.record(session, actor, "application.flagged", application.reference, reason=UNDER_FLAG, line=line.reference)
    received: dict[str, str | int | None] = {"received": line.open_amount, "received_currency": line.currency}
    owed: dict[str, str | int | None] = {"amount": order.amount, "currency": order.currency}
    is_part = reason == Reason.UNDER
    notify_recipients(session, application, PAYMENT_HELD, once=line.reference, part=is_part, **owed, **received)


def clear_money_flag(session: Session, actor: Actor, application: Application) -> None:
    """Clears a file's flag of money that does not fit, where none is left; its days begin anew then. While a part waits
    for the rest, that is the flag."""
    renew_deadline(session, application)
    flag, refunded = (
        application.exception or "",
        {row.attempt for row in of_application(session, application.reference)},
    )
    known = attempts.of_application(session, application.reference)
    held = [one for one in known if one.held not in (None, parts.PART)]
    if flag.startswith(MONEY_PREFIX) and all(one.reference in refunded for one in held):
        left = UNDER_FLAG if _has_waiting_part(session, application.reference) else None
        update_columns(session, application, {"exception": flag}, exception=left, changed_at=db.now(session))
        audit.record(session, actor, "application.flag_cleared", application.reference, flag=flag)


def _has_waiting_part(session: Session, application: str) -> bool:
    waiting = select(BankLine.reference).where(BankLine.application == application)
    return session.scalar(waiting.where(BankLine.reason == Reason.UNDER.value).limit(1)) is not None
