"""Quotes and orders: a quote is an itemised price with its rates, valid until an instant; an order is its debt."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.orders import attempts
from services.consular.payments.orders.model import Order, Quote, QuoteLine
from services.consular.payments.orders.registration import charged_once
from services.consular.payments.orders.rules import OrderState, quote_expiry
from services.consular.payments.tariffs import fees, transaction_status
from services.consular.payments.tariffs.price import ASSESSED, price
from services.consular.payments.tariffs.rules import PricedLine, Rate
from shared.catalogue import CATALOGUE
from shared.database import audit
from shared.database.db import now
from shared.errors import Conflict
from shared.identity.actor import Actor
from shared.values import references
from shared.values.dates import local_date
from shared.values.money import Money, total

REFERENCE_LENGTH = 10


# What an order is for: the fee of the application, or the difference to the urgent one.
PURPOSES = FEE, UPGRADE = "fee", "upgrade"


def issue_order(
    session: Session,
    actor: Actor,
    *,
    application: str,
    transaction: str,
    mission: str,
    person: str,
    holder: dict[str, str],
    acting: dict[str, Any] | None = None,
    assessed: Money | None = None,
    answers: Mapping[str, object] | None = None,
) -> Order:
    """The order of an application by today's price; a valid quote stays, an expired one is replaced.

    `person` is who may see it, `holder` their printed name {"ar", "en"} for the receipt, `acting` the acting person
    {"person", "name"} or None, `assessed` as in `price`.
    Raises Conflict (order_paid; payment_open while a payment is under way), Refusal (transaction_not_active,
    tariff_missing, rate_missing).
    """
    transaction_status.check_active(session, transaction, mission)
    existing = of_application(session, application)
    if existing is not None:
        if not must_be_replaced(session, attempts.load_for_update(session, existing.reference)):
            return existing
        assessed = assessed or _previous_assessment(session, existing)
        cancel(session, existing)
    mission_row = missions.find(session, mission)
    owing = charged_once(session, application, mission, person, answers or {})
    lines = price(
        session, CATALOGUE[transaction], mission_row, missions.today(session, mission_row.code), assessed, owing
    )
    quote = issue_quote(session, application, transaction, mission, lines)
    order = open_order(session, quote, person, holder, acting=acting)
    audit.record(session, actor, "quote.frozen", application, order=order.reference)
    return order


def of_application(session: Session, application: str, purpose: str = FEE) -> Order | None:
    """The open or paid order of an application."""
    is_live = Order.state.in_([OrderState.OPEN.value, OrderState.PAID.value])
    return session.scalar(select(Order).where(Order.application == application, Order.purpose == purpose, is_live))


def latest(session: Session, application: str, purpose: str = FEE) -> Order | None:
    """The last order of an application, in any state."""
    orders = select(Order).where(Order.application == application, Order.purpose == purpose)
    return session.scalar(orders.order_by(Order.opened_at.desc(), Order.reference).limit(1))


def lines_of(session: Session, order: Order) -> list[PricedLine]:
    """The lines of an order's quote."""
    return [_priced_line(line) for line in session.get_one(Quote, order.quote_id).lines]


def serialise(session: Session, order: Order) -> dict[str, object]:
    """An order's quote as the interface shows it, with the day of the rule book that priced it."""
    quote = session.get_one(Quote, order.quote_id)
    return serialise_lines(session, order, quote, quote.lines)


def serialise_lines(session: Session, order: Order, quote: Quote, lines: Iterable[QuoteLine]) -> dict[str, object]:
    """As `serialise`, of rows that were found before."""
    priced_on = local_date(quote.made_at, missions.find(session, quote.mission).zone)
    rows = fees.history(session, quote.transaction)
    return {
        "order": order.reference,
        "state": order.state,
        "priced_on": priced_on.isoformat(),
        "lines": [
            line.serialise() | {"since": fees.began_on(rows, line, priced_on)} for line in map(_priced_line, lines)
        ],
        "total": quote.amount,
        "currency": quote.currency,
        "made_at": quote.made_at.isoformat(),
        "expires_at": quote.expires_at.isoformat(),
        "expired": quote.expires_at <= now(session),
    }


def open_order(
    session: Session,
    quote: Quote,
    person: str,
    holder: dict[str, str],
    purpose: str = FEE,
    acting: dict[str, Any] | None = None,
) -> Order:
    """The order of a stored quote; `person`, `holder` and `acting` as in `issue_order`."""
    order = Order(
        reference=references.new(quote.mission, REFERENCE_LENGTH, "Q"),
        mission=quote.mission,
        application=quote.application,
        transaction=quote.transaction,
        purpose=purpose,
        person=person,
        holder=holder,
        acting=acting,
        quote_id=quote.id,
        amount=quote.amount,
        currency=quote.currency,
        state=OrderState.OPEN.value,
        opened_at=quote.made_at,
        changed_at=quote.made_at,
    )
    session.add(order)
    session.flush()
    return order


def must_be_replaced(session: Session, order: Order) -> bool:
    """Whether an order's quote has expired. Raises Conflict (order_paid; payment_open while a payment is under way)."""
    if order.state == OrderState.PAID:
        raise Conflict("order_paid")
    if session.get_one(Quote, order.quote_id).expires_at > now(session):
        return False
    if attempts.find_unsettled(session, order) is not None:
        raise Conflict("payment_open")
    return True


def cancel(session: Session, order: Order) -> None:
    """Cancels an unpaid order."""
    order.state = OrderState.CANCELLED.value
    order.changed_at = now(session)
    session.flush()


def _previous_assessment(session: Session, order: Order) -> Money | None:
    return next((line.tariff for line in lines_of(session, order) if line.source == ASSESSED), None)


def issue_quote(session: Session, application: str, transaction: str, mission: str, lines: list[PricedLine]) -> Quote:
    """Stores lines as a new quote."""
    made_at = now(session)
    owed = total([line.collected for line in lines])
    quote = Quote(
        id=uuid4(),
        mission=mission,
        application=application,
        transaction=transaction,
        amount=owed.amount,
        currency=owed.currency,
        made_at=made_at,
        expires_at=quote_expiry(made_at, lines),
    )
    session.add(quote)
    session.flush()
    session.add_all(_row(quote, index, line) for index, line in enumerate(lines))
    session.flush()
    return quote


def _row(quote: Quote, index: int, line: PricedLine) -> QuoteLine:
    rate = line.rate
    return QuoteLine(
        quote=quote.id,
        place=index,
        mission=quote.mission,
        line=line.line,
        beneficiary=line.beneficiary,
        tariff_amount=line.tariff.amount,
        tariff_currency=line.tariff.currency,
        amount=line.collected.amount,
        currency=line.collected.currency,
        source=line.source,
        certainty=line.certainty,
        rate=rate.rate if rate else None,
        rate_source=rate.source if rate else None,
        rate_on=rate.on if rate else None,
    )


def _priced_line(row: QuoteLine) -> PricedLine:
    tariff = Money(row.tariff_amount, row.tariff_currency)
    rate = None
    if row.rate is not None and row.rate_on is not None:
        rate = Rate(row.tariff_currency, row.currency, row.rate, row.rate_on, row.rate_source or "")
    collected = Money(row.amount, row.currency)
    return PricedLine(row.line, row.beneficiary, tariff, collected, row.source, row.certainty, rate)
