"""The price of a transaction on a day: its lines by today's tariffs, in the mission's currency."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from services.consular.missions.model import Mission
from services.consular.payments.rates.rules import cross
from services.consular.payments.rates.table import Table, rates_on
from services.consular.payments.tariffs import fees
from services.consular.payments.tariffs.model import Tariff
from services.consular.payments.tariffs.rules import PricedLine, cash_money, collected_money
from shared.catalogue.model import AFTER_ASSESSMENT, FeeLine, Transaction
from shared.errors import Refusal
from shared.values.money import Money, total

ASSESSED = "assessment"


def cash_price(lines: Sequence[PricedLine], mission: Mission) -> Money:
    """The sum of at least one line as the counter takes it, in coins that exist."""
    return cash_money(total([line.collected for line in lines]), mission.currency, mission.cash_step)


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
    while the amount is unknown. Raises Refusal (tariff_missing, rate_missing, rate_old).
    """
    tariff_rows = fees.applicable(session, transaction.slug, mission, on)
    rate_table = rates_on(session, mission.code, on)
    lines = []
    for fee in transaction.owed(answers or {}):
        row = tariff_rows.get(fee.name)
        if row is None and transaction.priced == AFTER_ASSESSMENT and assessed is None:
            continue
        lines.append(_line(fee, row, assessed, mission, rate_table, on))
    return _unify_currency(lines)


def _line(
    fee: FeeLine, row: Tariff | None, assessed: Money | None, mission: Mission, rate_table: Table, on: date
) -> PricedLine:
    if row is not None:
        tariff, source, certainty = row.money, row.source, row.certainty
    elif assessed is not None:
        tariff, source, certainty = assessed, ASSESSED, "H"
    else:
        raise Refusal("tariff_missing", line=fee.name)
    if tariff.currency == mission.currency:
        return PricedLine(fee.name, fee.beneficiary, tariff, tariff, source, certainty)
    rate = cross(rate_table, tariff.currency, mission.currency, on)
    if rate is None:
        return PricedLine(fee.name, fee.beneficiary, tariff, tariff, source, certainty)
    if not rate.may_be_used_on(on):
        raise Refusal("rate_old", base=rate.base, quote=rate.quote, day=rate.on.isoformat())
    return PricedLine(fee.name, fee.beneficiary, tariff, collected_money(tariff, rate), source, certainty, rate)


def _unify_currency(lines: list[PricedLine]) -> list[PricedLine]:
    """Where the mission's currency has no published rate, all lines are taken in the tariff's own, as missions do.

    Raises Refusal (rate_missing) when the tariffs themselves are in several currencies.
    """
    if len({line.collected.currency for line in lines}) <= 1:
        return lines
    if len({line.tariff.currency for line in lines}) > 1:
        raise Refusal("rate_missing", currency=lines[0].tariff.currency)
    return [replace(line, collected=line.tariff, rate=None) for line in lines]
