"""The difference between what was paid and a dearer price: a quote and an order of its own, in the same currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments import attempts, quote, tariffs
from services.consular.payments.model import Order
from services.consular.payments.quote import UPGRADE
from services.consular.payments.rules import PricedLine
from shared.catalogue import CATALOGUE
from shared.database import audit
from shared.errors import Refusal
from shared.identity.actor import Actor
from shared.values.money import Money

LINE = "urgent_difference"
# What a passport itself costs, at either speed; fines are not paid again.
VALUES = frozenset({"passport_value", "passport_value_urgent"})


@dataclass(frozen=True)
class Difference:
    """The dearer price, what was paid towards it, and the line that is still owed."""

    dearer: PricedLine
    paid: PricedLine
    owed: PricedLine

    def serialise(self) -> dict[str, object]:
        """As the interface shows it."""
        return {"price": self.dearer.serialise(), "paid": self.paid.serialise(), "difference": self.owed.serialise()}


def between(session: Session, application: str, slug: str, mission: str, answers: dict[str, object]) -> Difference:
    """Today's price of `slug` with these answers, less what the application paid for its passport. Nothing is written.

    Raises Refusal (transaction_not_active, tariff_missing, rate_missing; upgrade_not_priced where the two are not in
    one currency, or nothing is left to pay).
    """
    tariffs.check_active(session, slug, mission)
    place = missions.find(session, mission)
    order = quote.of_application(session, application)
    paid = quote.lines_of(session, order) if order else []
    dearer = quote.price(session, CATALOGUE[slug], place, missions.today(session, place.code), answers=answers)
    return _difference(_value(dearer), _value(paid))


def _value(lines: Sequence[PricedLine]) -> PricedLine:
    found = next((line for line in lines if line.line in VALUES), None)
    if found is None:
        raise Refusal("upgrade_not_priced")
    return found


def _difference(dearer: PricedLine, paid: PricedLine) -> Difference:
    tariff, collected = (_less(dearer.tariff, paid.tariff), _less(dearer.collected, paid.collected))
    owed = PricedLine(LINE, dearer.beneficiary, tariff, collected, dearer.source, dearer.certainty, dearer.rate)
    return Difference(dearer, paid, owed)


def _less(whole: Money, part: Money) -> Money:
    if whole.currency != part.currency or whole.amount <= part.amount:
        raise Refusal("upgrade_not_priced")
    return Money(whole.amount - part.amount, whole.currency)


def issue_quote(
    session: Session,
    actor: Actor,
    *,
    application: str,
    slug: str,
    mission: str,
    answers: dict[str, object],
    person: str,
    holder: dict[str, str],
    acting: dict[str, Any] | None = None,
) -> Order:
    """The order for the difference; a promise still valid is kept, an expired one replaced.

    Raises Conflict (order_paid; payment_open), and what `between` raises.
    """
    standing = quote.of_application(session, application, UPGRADE)
    if standing is not None:
        if not quote.must_be_replaced(session, attempts.load_for_update(session, standing.reference)):
            return standing
        quote.cancel(session, standing)
    owed = between(session, application, slug, mission, answers).owed
    kept = quote.issue_quote(session, application, slug, mission, [owed])
    order = quote.open_order(session, kept, person, holder, UPGRADE, acting)
    audit.record(session, actor, "quote.frozen", application, order=order.reference)
    return order
