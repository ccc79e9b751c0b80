"""What came by bank in parts: counted beside other payments, or owed back where the application ends before."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.update import update_columns
from services.consular.payments.orders import parts, quote
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import OrderState
from services.consular.payments.refunds import refund
from services.consular.payments.transfers import lines
from services.consular.payments.transfers.model import BankLine
from services.consular.payments.transfers.rules import Reason
from services.consular.workflow.money.charges import notify_refund
from shared.database import audit
from shared.database.db import now
from shared.identity.actor import Actor

UNDER_FLAG = f"payment_{Reason.UNDER}"


def refund_parts(session: Session, actor: Actor, application: Application, reason: str) -> None:
    """Marks the parts as refunds that are due, each in its own amount, and notifies the payer."""
    bank_lines = session.scalars(
        select(BankLine)
        .where(BankLine.application == application.reference, BankLine.reason == Reason.UNDER.value)
        .order_by(BankLine.booked_on, BankLine.fingerprint, BankLine.occurrence)
        .with_for_update()
    ).all()
    order = quote.latest(session, application.reference) if bank_lines else None
    for line in bank_lines:
        if order is not None:
            refund_line(session, actor, application, order, line, reason)


def refund_line(
    session: Session, actor: Actor, application: Application, order: Order, line: BankLine, reason: str
) -> None:
    """Marks the open money of a locked line, which no payment stands for, as owed back, and notifies the payer."""
    lines.keep(session, actor, line, Reason.LATE)
    held = lines.hold(session, actor, order, line)
    due_refund = refund.mark_held_due(session, actor, held.reference, reason)
    lines.close_refunded(session, actor, held.reference, due_refund.reference)
    notify_refund(session, application, due_refund)


def count_as_parts(session: Session, actor: Actor, application: Application, order: Order) -> None:
    """Makes the lines that wait for the rest into parts of a locked, open order, each with its receipt, so that the
    rest may come by any other way. Nothing is asked where the file has no such line."""
    if application.exception != UNDER_FLAG or order.state != OrderState.OPEN:
        return
    before = parts.arrived(order, parts.of_order(session, order))
    for line in lines.lock_open_parts(session, application.reference, order.currency):
        before += lines.keep_as_part(session, actor, order, line, before)
    update_columns(session, application, {"exception": UNDER_FLAG}, exception=None, changed_at=now(session))
    audit.record(session, actor, "application.flag_cleared", application.reference, flag=UNDER_FLAG)
