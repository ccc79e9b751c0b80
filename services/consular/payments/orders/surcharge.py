"""The part of a paid price that was for urgency: what the same application would have cost at the regular speed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.orders import difference, quote
from services.consular.payments.orders.model import Order
from services.consular.payments.tariffs import price
from services.consular.payments.tariffs.rules import PricedLine, collected_money
from shared.catalogue import CATALOGUE
from shared.catalogue.conditions import REGULAR, URGENT
from shared.catalogue.model import TIER


def urgency_part(session: Session, order: Order, answers: Mapping[str, object]) -> PricedLine | None:
    """The line to be paid back of a paid order, by the tariffs of the day of its quote and the rate in it; None for a
    regular one.

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
    paid = quote.lines_of(order)
    return difference.owed(paid, [_at_paid_rate(line, paid) for line in cheaper])


def _at_paid_rate(line: PricedLine, paid: Sequence[PricedLine]) -> PricedLine:
    """A line at the rate that the payer was charged by: a later bulletin of that day does not change what is owed."""
    rate = next((one.rate for one in paid if one.rate and one.tariff.currency == line.tariff.currency), None)
    return line if rate is None else replace(line, collected=collected_money(line.tariff, rate), rate=rate)
