"""Quotes: an itemised price, promised with every rate in it until an hour; and the order that is owed by it."""

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
from services.consular.payments.rules import OrderState, PricedLine, Rate, collected, cross, promised_until
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
    """The lines of a price on a day, in the mission's currency, that are owed with these answers. Nothing is written.

    `assessed` is the authority's amount for a line without tariff, in the tariff's currency; before it is known such a
    line is left out. Raises Refusal (tariff_missing, rate_missing).
    """
    found = tariffs.applicable(session, transaction.slug, mission, on)
    known = tariffs.rates(session, on)
    lines = []
    for fee in transaction.owed(answers or {}):
        row = found.get(fee.name)
        if row is None and transaction.priced == AFTER_ASSESSMENT and assessed is None:
            continue
        lines.append(_line(fee, row, assessed, mission, known))
    return _unify_currency(lines)


def _line(
    fee: FeeLine, row: Tariff | None, assessed: Money | None, mission: Mission, known: dict[tuple[str, str], Rate]
) -> PricedLine:
    if row is not None:
        tariff, source, certainty = row.money, row.source, row.certainty
    elif assessed is not None:
        tariff, source, certainty = assessed, ASSESSED, "H"
    else:
        raise Refusal("tariff_missing", line=fee.name)
    if tariff.currency == mission.currency:
        return PricedLine(fee.name, fee.beneficiary, tariff, tariff, source, certainty)
    rate = cross(known, tariff.currency, mission.currency)
    if rate is None:
        return PricedLine(fee.name, fee.beneficiary, tariff, tariff, source, certainty)
    taken = collected(tariff, rate, mission.cash_step)
    return PricedLine(fee.name, fee.beneficiary, tariff, taken, source, certainty, rate)


def _unify_currency(lines: list[PricedLine]) -> list[PricedLine]:
    """Where the mission's currency has no published rate, all is taken in the tariff's own, as missions do.

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
    """The order an application owes by today's price; a promise still valid is kept, an expired one replaced.

    `person` is who may see it, `holder` their printed name {"ar", "en"} for the receipt, `acting` who acts
    for them: {"person", "name"}, if anybody, `assessed` as in `price`.
    Raises Conflict (order_paid; payment_open while a payment is under way), Refusal (transaction_not_active,
    tariff_missing, rate_missing).
    """
    tariffs.check_active(session, transaction, mission)
    standing = of_application(session, application)
    if standing is not None:
        if not must_be_replaced(session, attempts.load_for_update(session, standing.reference)):
            return standing
        assessed = assessed or _assessed_before(session, standing)
        cancel(session, standing)
    place = missions.find(session, mission)
    lines = price(session, CATALOGUE[transaction], place, missions.today(session, place.code), assessed, answers)
    quote = issue_quote(session, application, transaction, mission, lines)
    order = open_order(session, quote, person, holder, acting=acting)
    audit.record(session, actor, "quote.frozen", application, order=order.reference)
    return order


def of_application(session: Session, application: str, purpose: str = FEE) -> Order | None:
    """The order of an application that counts: open or paid."""
    live = Order.state.in_([OrderState.OPEN.value, OrderState.PAID.value])
    return session.scalar(select(Order).where(Order.application == application, Order.purpose == purpose, live))


def latest(session: Session, application: str, purpose: str = FEE) -> Order | None:
    """The last order of an application, whatever became of it."""
    orders = select(Order).where(Order.application == application, Order.purpose == purpose)
    return session.scalar(orders.order_by(Order.opened_at.desc(), Order.reference).limit(1))


def lines_of(session: Session, order: Order) -> list[PricedLine]:
    """The frozen lines an order was promised at."""
    return [_frozen(line) for line in session.get_one(Quote, order.quote_id).lines]


def serialise(session: Session, order: Order) -> dict[str, object]:
    """An order's quote as the interface shows it, with the day of the rule book it was priced by."""
    quote = session.get_one(Quote, order.quote_id)
    priced_on = local_date(quote.made_at, missions.find(session, quote.mission).zone)
    rows = tariffs.history(session, quote.transaction)
    return {
        "order": order.reference,
        "state": order.state,
        "priced_on": priced_on.isoformat(),
        "lines": [
            one.serialise() | {"since": tariffs.began(rows, one, priced_on)} for one in map(_frozen, quote.lines)
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
    """The order owed by a quote that was kept; `person`, `holder` and `acting` as in `freeze`."""
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
    """Whether the promise of an order is over. Raises Conflict (order_paid; payment_open while one is under way)."""
    if order.state == OrderState.PAID:
        raise Conflict("order_paid")
    if session.get_one(Quote, order.quote_id).expires_at > now(session):
        return False
    if attempts.unsettled(session, order) is not None:
        raise Conflict("payment_open")
    return True


def cancel(session: Session, order: Order) -> None:
    """Ends an order nobody paid."""
    order.state = OrderState.CANCELLED.value
    order.changed_at = now(session)
    session.flush()


def _assessed_before(session: Session, order: Order) -> Money | None:
    return next((line.tariff for line in lines_of(session, order) if line.source == ASSESSED), None)


def issue_quote(session: Session, application: str, transaction: str, mission: str, lines: list[PricedLine]) -> Quote:
    """Freezes lines into a quote of their own."""
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
        expires_at=promised_until(made_at, lines),
    )
    session.add(quote)
    session.flush()
    session.add_all(_row(quote, place, line) for place, line in enumerate(lines))
    session.flush()
    return quote


def _row(quote: Quote, place: int, line: PricedLine) -> QuoteLine:
    rate = line.rate
    return QuoteLine(
        quote=quote.id,
        place=place,
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


def _frozen(row: QuoteLine) -> PricedLine:
    tariff = Money(row.tariff_amount, row.tariff_currency)
    rate = None
    if row.rate is not None and row.rate_on is not None:
        rate = Rate(row.tariff_currency, row.currency, row.rate, row.rate_on, row.rate_source or "")
    taken = Money(row.amount, row.currency)
    return PricedLine(row.line, row.beneficiary, tariff, taken, row.source, row.certainty, rate)
