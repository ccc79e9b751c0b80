"""The part of a paid price that was for urgency: what the same application would have cost at the regular speed."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.orders import difference, quote
from services.consular.payments.orders.model import Order
from services.consular.payments.tariffs import price
from services.consular.payments.tariffs.rules import PricedLine
from shared.catalogue import CATALOGUE
from shared.catalogue.conditions import REGULAR, URGENT
from shared.catalogue.model import TIER


def urgency_part(session: Session, order: Order, answers: Mapping[str, object]) -> PricedLine | None:
    """The line to be paid back of a paid order, by the tariffs of the day of its quote; None for a regular one.

    Raises Refusal (upgrade_not_priced where the two prices are not in one currency, and what pricing raises).
    """
    slug, regular_answers = order.transaction, dict(answers)
    if answers.get(TIER) == URGENT:
        regular_answers[TIER] = REGULAR
    else:
        regular = next((entry.slug for entry in CATALOGUE.values() if entry.urgent == slug), None)
        if regular is None:
            return None
        slug = regular
    mission = missions.find(session, order.mission)
    day = missions.day_of(session, order.mission, order.quote.made_at)
    cheaper = price.price(session, CATALOGUE[slug], mission, day, answers=regular_answers)
    return difference.owed(quote.lines_of(order), cheaper)
