"""Upgrades an application from regular to urgent: the price difference is a second order, and its payment moves the
promised day once, never later."""

from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.applications.promise import promised_day
from services.consular.applications.rules import Status
from services.consular.applications.transitions import check_status, find, load_for_update, note_step
from services.consular.applications.update import update_columns
from services.consular.missions.dated_rules import promised_days
from services.consular.payments.orders import difference, quote
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.quote import UPGRADE
from services.consular.payments.orders.rules import OrderState, Payment, PriceChange
from services.consular.payments.refunds import refund
from services.consular.workflow.money import charges
from shared import forms
from shared.catalogue.conditions import REGULAR, URGENT
from shared.catalogue.model import TIER
from shared.database import audit, db
from shared.errors import Conflict
from shared.identity.actor import Actor

ACTION = "application.upgrade"
Target = tuple[str, dict[str, Any]]


def target(application: Application) -> Target | None:
    """Entry and answers of the urgent application; None where it is urgent already, or there is no urgent one."""
    entry = forms.transaction(application.transaction)
    if entry.urgent:
        return entry.urgent, application.answers
    if entry.tiers and application.answers.get(TIER) == REGULAR:
        return entry.slug, {**application.answers, TIER: URGENT}
    return None


def preview(session: Session, actor: Actor, reference: str) -> dict[str, Any]:
    """The cost of the upgrade and its promised day. Nothing is written but the event of the query.

    Raises Conflict (not_possible_now; already_urgent), Refusal (upgrade_not_priced and what pricing raises).
    """
    application = find(session, actor, ACTION, reference)
    slug, answers = _check_target(application)
    price_difference = difference.between(session, reference, slug, application.mission, answers)
    audit.record(session, actor, "application.upgrade_asked", reference)
    today = missions.today(session, application.mission)
    day = promised_day(session, application, slug, answers)
    order = quote.of_application(session, reference, UPGRADE)
    return {
        **price_difference.serialise(),
        "to": slug,
        "working_days": promised_days(session, forms.transaction(slug), application.mission, today, answers),
        "due_on": day.isoformat() if day else None,
        "due_before": application.due_on.isoformat() if application.due_on else None,
        "quote": quote.serialise(session, order) if order else None,
    }


def order_to_pay(session: Session, actor: Actor, reference: str) -> tuple[str, PriceChange | None]:
    """The order for the difference, and both prices where the amount has changed, else None: nobody pays a price they
    have not seen. Raises as `preview`, and Conflict (payment_open, order_paid)."""
    application = load_for_update(session, actor, ACTION, reference)
    earlier = quote.of_application(session, reference, UPGRADE)
    order, change = charges.order_to_pay(session, earlier, lambda: _order(session, actor, application))
    # The first price was shown by `preview`, without an order.
    return order, change if change and change.seen else None


def open_at_counter(session: Session, actor: Actor, reference: str) -> Order:
    """The order for the difference, to be paid in cash. Raises as `order_to_pay`."""
    return _order(session, actor, load_for_update(session, actor, ACTION, reference))


def _order(session: Session, actor: Actor, application: Application) -> Order:
    slug, answers = _check_target(application)
    return difference.issue_quote(
        session,
        actor,
        application=application.reference,
        slug=slug,
        mission=application.mission,
        answers=answers,
        person=application.person,
        parties=lambda: charges.parties(session, application),
    )


def _check_target(application: Application) -> Target:
    check_status(application, "upgrade")
    urgent = target(application)
    if urgent is None:
        raise Conflict("already_urgent")
    return urgent


def take_effect(session: Session, actor: Actor, application: Application, payment: Payment) -> None:
    """Applies the paid difference: urgent from now on, promised from today on, and never later than before."""
    urgent = target(application)
    if urgent is None:
        raise Conflict("already_urgent")
    slug, answers = urgent
    days = [day for day in (application.due_on, promised_day(session, application, slug, answers)) if day is not None]
    update_columns(
        session,
        application,
        transaction=slug,
        answers=answers,
        due_on=min(days, default=None),
        changed_at=db.now(session),
    )
    detail = {"payment": payment.reference, "method": payment.method}
    note_step(session, actor, application, "upgraded", Status(application.status), detail=detail)


def close(session: Session, actor: Actor, application: Application) -> None:
    """Cancels the unpaid difference of a printed passport, which can no longer be made faster.

    Money that arrives later is held, and the file is flagged at the desk.
    """
    order = quote.of_application(session, application.reference, UPGRADE)
    if order is not None and order.state == OrderState.OPEN:
        refund.mark_due(session, actor, order.reference, "printed")
