"""The price of a transaction on a day: its lines by today's tariffs, in the mission's currency."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from services.consular.missions.model import Mission
from services.consular.payments.tariffs import fees
from services.consular.payments.tariffs.model import Tariff
from services.consular.payments.tariffs.rules import PricedLine, Rate, collected_money, cross
from shared.catalogue.model import AFTER_ASSESSMENT, FeeLine, Transaction
from shared.errors import Refusal
from shared.values.money import Money

ASSESSED = "assessment"


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
    tariff_rows = fees.applicable(session, transaction.slug, mission, on)
    rate_table = fees.rates(session, on)
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
