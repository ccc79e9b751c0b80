"""Quotes and orders: a quote is an itemised price with its rates, valid until an instant; an order is its debt."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from services.consular import missions
from services.consular.payments.orders import attempts, parts
from services.consular.payments.orders.model import Order, Quote, QuoteLine
from services.consular.payments.orders.registration import charged_once
from services.consular.payments.orders.rules import OrderState, quote_expiry
from services.consular.payments.rates.rules import Rate
from services.consular.payments.tariffs import fees, transaction_status
from services.consular.payments.tariffs.price import ASSESSED, cash_price, price
from services.consular.payments.tariffs.rules import PricedLine
from shared.catalogue import CATALOGUE
from shared.database import audit, pending
from shared.database.db import now
from shared.database.rows import attach_row, table_of, values_of
from shared.errors import Conflict
from shared.identity.actor import Actor
from shared.values import references
from shared.values.dates import local_date
from shared.values.money import Money, total

REFERENCE_LENGTH = 10
# What an order is for: the fee of the application, or the difference to the urgent one.
PURPOSES = FEE, UPGRADE = "fee", "upgrade"
_IS_LIVE = (
    Order.application == bindparam("application"),
    Order.purpose == bindparam("purpose"),
    Order.state.in_([OrderState.OPEN.value, OrderState.PAID.value]),
)
_ISSUE = text(
    f"WITH quoted AS ({pending.insert_of(table_of(Quote), 'quote')}), "
    f"lined AS ({pending.insert_of(table_of(QuoteLine), 'lines')}) {pending.insert_of(table_of(Order), 'order')}"
)
_LIVE = select(Order).where(*_IS_LIVE)
_LOCK_LIVE = attempts.LOCKED_ORDER.where(*_IS_LIVE)


@dataclass(frozen=True)
class Parties:
    """The names on a receipt: `holder` {"ar", "en"}; `acting` {"person", "name"} where one person acts for another."""

    holder: dict[str, str]
    acting: dict[str, Any] | None = None


def issue_order(
    session: Session,
    actor: Actor,
    *,
    application: str,
    transaction: str,
    mission: str,
    person: str,
    parties: Callable[[], Parties],
    assessed: Money | None = None,
    answers: Mapping[str, object] | None = None,
) -> Order:
    """The order of an application by today's price; a valid quote stays, an expired one is replaced.

    `person` is who may see it, `parties` gives the names for the receipt where a new quote needs them, `assessed` is as
    in `price`.
    Raises Conflict (order_paid; payment_open while a payment is under way), Refusal (transaction_not_active,
    tariff_missing, rate_missing, rate_old).
    """
    transaction_status.check_active(session, transaction, mission)
    existing = lock_live(session, application)
    if existing is not None:
        if not must_be_replaced(session, existing):
            return existing
        assessed = assessed or _previous_assessment(existing)
        cancel(session, existing)
    mission_row = missions.find(session, mission)
    owing = charged_once(session, application, mission, person, answers or {})
    today = missions.today(session, mission)
    lines = price(session, CATALOGUE[transaction], mission_row, today, assessed, owing)
    return issue_quote(
        session,
        actor,
        lines,
        application=application,
        transaction=transaction,
        mission=mission,
        person=person,
        parties=parties(),
    )


def of_application(session: Session, application: str, purpose: str = FEE) -> Order | None:
    """The open or paid order of an application."""
    return session.scalar(_LIVE, {"application": application, "purpose": purpose})


def lock_live(session: Session, application: str, purpose: str = FEE) -> Order | None:
    """As `of_application`, with its quote and locked until the transaction ends."""
    return session.scalar(_LOCK_LIVE, {"application": application, "purpose": purpose})


def latest(session: Session, application: str, purpose: str = FEE) -> Order | None:
    """The last order of an application, in any state."""
    orders = select(Order).where(Order.application == application, Order.purpose == purpose)
    return session.scalar(orders.order_by(Order.opened_at.desc(), Order.reference).limit(1))


def lines_of(order: Order) -> list[PricedLine]:
    """The lines of an order's quote."""
    return [_priced_line(line) for line in order.quote.lines]


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
        "cash_total": quote.cash.amount,
        "made_at": quote.made_at.isoformat(),
        "expires_at": quote.expires_at.isoformat(),
        "expired": quote.expires_at <= now(session),
    }


def issue_quote(
    session: Session,
    actor: Actor,
    lines: Sequence[PricedLine],
    *,
    application: str,
    transaction: str,
    mission: str,
    person: str,
    parties: Parties,
    purpose: str = FEE,
) -> Order:
    """Stores lines as a quote, and the order of it, in one statement; `person` as in `issue_order`."""
    quote = _quote(session, application, transaction, mission, lines)
    order = Order(
        reference=references.new(mission, REFERENCE_LENGTH, "Q"),
        **{name: getattr(quote, name) for name in ("mission", "application", "transaction", "amount", "currency")},
        purpose=purpose,
        person=person,
        holder=parties.holder,
        acting=parties.acting,
        quote_id=quote.id,
        state=OrderState.OPEN.value,
        opened_at=quote.made_at,
        changed_at=quote.made_at,
    )
    rows = [_row(quote, index, line) for index, line in enumerate(lines)]
    sent = {"quote": [values_of(quote)], "lines": rows, "order": [values_of(order)]}
    session.execute(_ISSUE, {name: pending.as_json(value) for name, value in sent.items()})
    attach_row(session, quote)
    set_committed_value(attach_row(session, order), "quote", quote)
    audit.record(session, actor, "quote.frozen", application, order=order.reference)
    return order


def _quote(session: Session, application: str, transaction: str, mission: str, lines: Sequence[PricedLine]) -> Quote:
    made_at, owed = now(session), total([line.collected for line in lines])
    return Quote(
        id=uuid4(),
        mission=mission,
        application=application,
        transaction=transaction,
        amount=owed.amount,
        currency=owed.currency,
        cash_amount=cash_price(lines, missions.find(session, mission)).amount,
        made_at=made_at,
        expires_at=quote_expiry(made_at, lines),
    )


def must_be_replaced(session: Session, order: Order) -> bool:
    """Whether an order's quote has expired, and no part payment holds its price.

    Raises Conflict (order_paid; payment_open while a payment is under way).
    """
    if order.state == OrderState.PAID:
        raise Conflict("order_paid")
    if order.quote.expires_at > now(session):
        return False
    if attempts.find_unsettled(session, order) is not None:
        raise Conflict("payment_open")
    return not parts.of_order(session, order)


def cancel(session: Session, order: Order) -> None:
    """Cancels an unpaid order."""
    attempts.change_order(session, order, OrderState.CANCELLED)


def _previous_assessment(order: Order) -> Money | None:
    return next((line.tariff for line in lines_of(order) if line.source == ASSESSED), None)


def _row(quote: Quote, index: int, line: PricedLine) -> dict[str, object]:
    rate = line.rate
    return {
        "quote": quote.id,
        "place": index,
        "mission": quote.mission,
        "line": line.line,
        "beneficiary": line.beneficiary,
        "tariff_amount": line.tariff.amount,
        "tariff_currency": line.tariff.currency,
        "amount": line.collected.amount,
        "currency": line.collected.currency,
        "source": line.source,
        "certainty": line.certainty,
        "rate": rate.rate if rate else None,
        "rate_source": rate.source if rate else None,
        "rate_on": rate.on if rate else None,
    }


def _priced_line(row: QuoteLine) -> PricedLine:
    tariff = Money(row.tariff_amount, row.tariff_currency)
    rate = None
    if row.rate is not None and row.rate_on is not None:
        rate = Rate(row.tariff_currency, row.currency, row.rate, row.rate_on, row.rate_source or "")
    collected = Money(row.amount, row.currency)
    return PricedLine(row.line, row.beneficiary, tariff, collected, row.source, row.certainty, rate)
