"""What a new tariff would have made of last month's applications, day by day. Nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from services.consular.missions.model import Mission
from services.consular.payments.orders.model import Order, Quote, QuoteLine
from services.consular.payments.orders.quote import FEE
from services.consular.payments.orders.rules import OrderState
from services.consular.payments.rates.rules import cross
from services.consular.payments.rates.table import rates_on
from services.consular.payments.tariffs.change import NewTariff
from services.consular.payments.tariffs.rules import collected_money
from shared.values.dates import start_of_day
from shared.values.money import Money


@dataclass(frozen=True)
class Charged:
    """A line of the price on one day and in one currency: how often it was charged, and the sum."""

    day: date
    count: int
    money: Money


def simulate(session: Session, mission: Mission, new: NewTariff, today: date) -> dict[str, Any]:
    """The calendar month before `today`: how often the line was charged, what was owed and what would have been.

    What was charged in another currency than the new tariff is taken in cannot be compared, and is only counted.
    """
    first, last = month_before(today)
    days, uncompared = [], 0
    for charged in charged_between(session, mission, new, first, last):
        after = as_taken(session, mission, new.money, charged.day)
        if charged.money.currency != after.currency:
            uncompared += charged.count
            continue
        days.append(
            {
                "day": charged.day.isoformat(),
                "count": charged.count,
                "before": charged.money.amount,
                "after": after.amount * charged.count,
            }
        )
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "currency": as_taken(session, mission, new.money, today).currency,
        "days": days,
        "count": _sum(days, "count"),
        "uncompared": uncompared,
        "before": _sum(days, "before"),
        "after": _sum(days, "after"),
    }


def month_before(today: date) -> tuple[date, date]:
    """The first and the last day of the calendar month before."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def charged_between(session: Session, mission: Mission, new: NewTariff, first: date, last: date) -> list[Charged]:
    """The orders of the line in a span of days; those that were replaced or cancelled do not count."""
    day = cast(func.timezone(mission.zone, Order.opened_at), Date)
    query = (
        select(day, func.count(), func.sum(QuoteLine.amount), QuoteLine.currency)
        .join(Quote, Quote.id == Order.quote_id)
        .join(QuoteLine, QuoteLine.quote == Quote.id)
        .where(Order.transaction == new.transaction, Order.purpose == FEE, QuoteLine.line == new.line)
        .where(Order.state != OrderState.CANCELLED.value)
        .where(Order.opened_at >= start_of_day(first, mission.zone))
        .where(Order.opened_at < start_of_day(last + timedelta(days=1), mission.zone))
        .group_by(day, QuoteLine.currency)
        .order_by(day, QuoteLine.currency)
    )
    rows = session.execute(query)
    return [Charged(on, int(count), Money(int(amount), currency)) for on, count, amount, currency in rows]


def as_taken(session: Session, mission: Mission, tariff: Money, on: date) -> Money:
    """A tariff in the mission's currency by the rate of a day, however old; without one, in its own currency."""
    if tariff.currency == mission.currency:
        return tariff
    rate = cross(rates_on(session, mission.code, on), tariff.currency, mission.currency, on)
    return collected_money(tariff, rate) if rate else tariff


def _sum(days: Iterable[dict[str, Any]], name: str) -> int:
    return sum(int(day[name]) for day in days)
