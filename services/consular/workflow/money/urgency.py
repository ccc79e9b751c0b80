"""Pays back the price of an urgency that was not delivered: by itself, once the promised day is over."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.payments.orders import quote, surcharge
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import OrderState
from services.consular.payments.refunds import refund
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import URGENCY_MISSED
from services.consular.workflow.money.charges import notify_refund
from shared.catalogue import CATALOGUE
from shared.catalogue.conditions import URGENT
from shared.catalogue.model import TIER
from shared.errors import Refusal
from shared.identity.actor import Actor
from shared.logs import log

BATCH = 200
# While an application is returned, it waits for its applicant, not for the mission.
_WAITS = (Status.IN_REVIEW.value, Status.WITH_AUTHORITY.value)
_IS_URGENT = or_(
    Application.transaction.in_([entry.urgent for entry in CATALOGUE.values() if entry.urgent]),
    Application.answers[TIER].astext == URGENT,
)
_REFUNDED = (
    select(Refund.reference)
    .join(Order, Order.reference == Refund.order)
    .where(Order.application == Application.reference, Refund.reason == URGENCY_MISSED)
)


def refund_missed(session: Session, actor: Actor, day: date) -> int:
    """Marks the price of missed urgency as owed back, of the session's mission on its day; returns how many were.

    An application is refunded once for it. Rows that another worker has locked are left to it.
    """
    due = (
        select(Application)
        .where(Application.status.in_(_WAITS), Application.due_on < day, _IS_URGENT, ~_REFUNDED.exists())
        .order_by(Application.due_on, Application.reference)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return sum(_refund(session, actor, row) for row in session.scalars(due).all())


def _refund(session: Session, actor: Actor, application: Application) -> bool:
    try:
        with session.begin_nested():
            owed_back = _mark(session, actor, application)
    except Refusal as refusal:
        log().warning("urgency not refunded", application=application.reference, code=refusal.code)
        return False
    for one in owed_back:
        notify_refund(session, application, one)
    return bool(owed_back)


def _mark(session: Session, actor: Actor, application: Application) -> list[Refund]:
    """The whole difference where it was paid as one, else the urgent part of the fee."""
    upgrade = quote.of_application(session, application.reference, quote.UPGRADE)
    if upgrade is not None and upgrade.state == OrderState.PAID:
        whole = refund.mark_due(session, actor, upgrade.reference, URGENCY_MISSED)
        return [whole] if whole else []
    fee = quote.of_application(session, application.reference)
    if fee is None or fee.state != OrderState.PAID:
        return []
    part = surcharge.urgency_part(session, fee, application.answers)
    return refund.mark_part_due(session, actor, fee.reference, part, URGENCY_MISSED) if part else []
