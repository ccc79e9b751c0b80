"""Owes back what came in parts for an application that ends before they were enough."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.payments.orders import quote
from services.consular.payments.refunds import refund
from services.consular.payments.transfers import lines
from services.consular.payments.transfers.model import BankLine
from services.consular.payments.transfers.rules import Reason
from services.consular.workflow.money.charges import notify_refund
from shared.identity.actor import Actor


def refund_parts(session: Session, actor: Actor, application: Application, reason: str) -> None:
    """Marks the parts as refunds that are due, each in its own amount, and notifies the payer."""
    parts = session.scalars(
        select(BankLine)
        .where(BankLine.application == application.reference, BankLine.reason == Reason.UNDER.value)
        .order_by(BankLine.booked_on, BankLine.fingerprint, BankLine.occurrence)
        .with_for_update()
    ).all()
    order = quote.latest(session, application.reference) if parts else None
    for line in parts:
        if order is not None:
            lines.keep(session, actor, line, Reason.LATE)
            held = lines.hold(session, actor, order, line)
            due_refund = refund.mark_held_due(session, actor, held.reference, reason)
            lines.close_refunded(session, actor, held.reference)
            notify_refund(session, application, due_refund)
