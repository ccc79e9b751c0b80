"""Quotes and orders: a quote is an itemised price with its rates, valid until an instant; an order is its debt."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions.model import Mission
from services.consular.payments import attempts, tariffs
from services.consular.payments.model import Order, Quote, QuoteLine, Tariff
from services.consular.payments.registration import charged_once
from services.consular.payments.rules import OrderState, PricedLine, Rate, collected_money, cross, quote_expiry
from shared.catalogue import CATALOGUE
from shared.catalogue.model import AFTER_ASSESSMENT, FeeLine, Transaction
from shared.database import audit
from shared.database.db import now
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor
from shared.values import references
from shared.values.dates import local_date
from shared.values.money import Money, total

ASSESSED = "assessment"
REFERENCE_LENGTH = 10
# What an order is for: the fee of the application, or the difference to the urgent one.
PURPOSES = FEE, UPGRADE = "fee", "upgrade"


def price(
    session: Session,
    transaction: Transaction,
    mission: Mission,
    on: date,
    assessed: Money | None = None,
    answers: Mapping[str, object] | None = None,
) -> list[PricedLine]:
    """The lines of a price on a day, in the mission's currency, that these answers owe. Nothing is written.

    `assessed` is the authority's amount for a line without tariff, in the tariff's currency; such a line is left out
    while the amount is unknown. Raises Refusal (tariff_missing, rate_missing).
    """
    tariff_rows = tariffs.applicable(session, transaction.slug, mission, on)
    rate_table = tariffs.rates(session, on)
    lines = []
    for fee in transaction.owed(answers or {}):
        row = tariff_rows.get(fee.name)
        if row is None and transaction.priced == AFTER_ASSESSMENT and assessed is None:
            continue
        lines.append(_line(fee, row, assessed, mission, rate_table))
    return _unify_currency(lines)


def _line(
    fee: FeeLine, row: Tariff | None, assessed: Money | None, mission: Mission, rate_table: dict[tuple[str, str], Rate]
) -> PricedLine:
    if row is not None:
        tariff, source, certainty = row.money, row.source, row.certainty
    elif assessed is not None:
        tariff, source, certainty = assessed, ASSESSED, "H"
    else:
        raise Refusal("tariff_missing", line=fee.name)
    if tariff.currency == mission.currency:
        return PricedLine(fee.name, fee.beneficiary, tariff, tariff, source, certainty)
    rate = cross(rate_table, tariff.currency, mission.currency)
    if rate is None:
        return PricedLine(fee.name, fee.beneficiary, tariff, tariff, source, certainty)
    collected = collected_money(tariff, rate, mission.cash_step)
    return PricedLine(fee.name, fee.beneficiary, tariff, collected, source, certainty, rate)


def _unify_currency(lines: list[PricedLine]) -> list[PricedLine]:
    """Where the mission's currency has no published rate, all lines are taken in the tariff's own, as missions do.

    Raises Refusal (rate_missing) when the tariffs themselves are in several currencies.
    """
    if len({line.collected.currency for line in lines}) <= 1:
        return lines
    if len({line.tariff.currency for line in lines}) > 1:
        raise Refusal("rate_missing", currency=lines[0].tariff.currency)
    return [replace(line, collected=line.tariff, rate=None) for line in lines]


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
    tariffs.check_active(session, transaction, mission)
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
    priced_on = local_date(quote.made_at, missions.find(session, quote.mission).zone)
    rows = tariffs.history(session, quote.transaction)
    return {
        "order": order.reference,
        "state": order.state,
        "priced_on": priced_on.isoformat(),
        "lines": [
            line.serialise() | {"since": tariffs.began_on(rows, line, priced_on)}
            for line in map(_priced_line, quote.lines)
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
