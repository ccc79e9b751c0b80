"""Charges consular registration once: a person who has paid for it, or is about to, is not charged again."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.missions.calendar import take_lock
from services.consular.payments.orders.model import Order, QuoteLine
from services.consular.payments.orders.rules import OrderState
from shared.catalogue import registration


def charged_once(
    session: Session, application: str, mission: str, person: str, answers: Mapping[str, object]
) -> Mapping[str, object]:
    """The answers by which a price is computed: without a registration that another order of the person has at this
    mission. The person is locked until the commit, so that two applications at once are not both charged."""
    if not registration.is_asked_for(answers):
        return answers
    take_lock(session, "registration", person)
    states = (OrderState.OPEN.value, OrderState.PAID.value)
    charged = (
        select(Order.reference)
        .join(QuoteLine, QuoteLine.quote == Order.quote_id)
        .where(QuoteLine.line == registration.NAME, Order.person == person, Order.mission == mission)
        .where(Order.application != application, Order.state.in_(states))
    )
    if session.scalar(charged.limit(1)) is None:
        return answers
    return {**answers, registration.NAME: registration.REGISTERED}
