"""The difference between a paid price and a dearer one: a separate quote and order, in the same currency."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.orders import quote
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.quote import UPGRADE, Parties
from services.consular.payments.tariffs import price, transaction_status
from services.consular.payments.tariffs.rules import PricedLine
from shared.catalogue import CATALOGUE
from shared.errors import Refusal
from shared.identity.actor import Actor
from shared.values.money import Money

LINE = "urgent_difference"
# The lines of the passport itself, at either speed; fines are not paid again.
PASSPORT_LINES = frozenset({"passport_value", "passport_value_urgent"})


@dataclass(frozen=True)
class Difference:
    """The dearer price, the paid one, and the line that is still owed, with what coins pay for it."""

    dearer: PricedLine
    paid: PricedLine
    owed: PricedLine
    cash: Money

    def serialise(self) -> dict[str, object]:
        """As the interface shows it."""
        lines = {"price": self.dearer.serialise(), "paid": self.paid.serialise(), "difference": self.owed.serialise()}
        return {**lines, "cash_total": self.cash.amount}


def between(session: Session, application: str, slug: str, mission: str, answers: dict[str, object]) -> Difference:
    """Today's price of `slug` with these answers, less what the application paid for its passport. Nothing is written.

    Raises Refusal (transaction_not_active, tariff_missing, rate_missing, rate_old; upgrade_not_priced where the two
    are not in one currency, or nothing is left to pay).
    """
    transaction_status.check_active(session, slug, mission)
    mission_row = missions.find(session, mission)
    order = quote.of_application(session, application)
    paid = quote.lines_of(order) if order else []
    today = missions.today(session, mission)
    dearer = price.price(session, CATALOGUE[slug], mission_row, today, answers=answers)
    line = owed(dearer, paid)
    return Difference(_passport_line(dearer), _passport_line(paid), line, price.cash_price([line], mission_row))


def owed(dearer: Sequence[PricedLine], cheaper: Sequence[PricedLine]) -> PricedLine:
    """The line by which one price of a passport is dearer than another. Raises Refusal (upgrade_not_priced)."""
    more, less = _passport_line(dearer), _passport_line(cheaper)
    tariff, collected = _subtract(more.tariff, less.tariff), _subtract(more.collected, less.collected)
    return PricedLine(LINE, more.beneficiary, tariff, collected, more.source, more.certainty, more.rate)


def _passport_line(lines: Sequence[PricedLine]) -> PricedLine:
    passport_line = next((line for line in lines if line.line in PASSPORT_LINES), None)
    if passport_line is None:
        raise Refusal("upgrade_not_priced")
    return passport_line


def _subtract(price: Money, paid: Money) -> Money:
    if price.currency != paid.currency or price.amount <= paid.amount:
        raise Refusal("upgrade_not_priced")
    return Money(price.amount - paid.amount, price.currency)


def issue_quote(
    session: Session,
    actor: Actor,
    *,
    application: str,
    slug: str,
    mission: str,
    answers: dict[str, object],
    person: str,
    parties: Callable[[], Parties],
) -> Order:
    """The order for the difference; a valid quote stays, an expired one is replaced.

    Raises Conflict (order_paid; payment_open), and what `between` raises.
    """
    existing = quote.lock_live(session, application, UPGRADE)
    if existing is not None:
        if not quote.must_be_replaced(session, existing):
            return existing
        quote.cancel(session, existing)
    owed = between(session, application, slug, mission, answers).owed
    return quote.issue_quote(
        session,
        actor,
        [owed],
        application=application,
        transaction=slug,
        mission=mission,
        person=person,
        parties=parties(),
        purpose=UPGRADE,
    )
