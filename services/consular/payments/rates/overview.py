"""The rates of a mission as its desk sees them: what it goes by today, and every row that counts, with its age."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular.payments.rates.model import RateRow
from services.consular.payments.rates.rules import BRIDGES, Rate, cross
from services.consular.payments.rates.table import as_rate, rates_on, rows_at


def overview(session: Session, mission: str, currency: str, on: date) -> dict[str, Any]:
    """`applied` has the rate from the dollar and from the euro to the mission's currency; `rows` the newest row of each
    pair and scope. `usable` says whether a quote may still go by it."""
    rates = rates_on(session, mission, on)
    pairs = [(base, cross(rates, base, currency, on)) for base in BRIDGES if base != currency]
    newest: dict[tuple[str, str, str | None], RateRow] = {}
    for row in sorted(rows_at(session, mission, on), key=lambda row: (row.valid_from, row.stored_at)):
        newest[row.base, row.quote, row.scope] = row
    ranked = sorted(newest.values(), key=lambda row: (row.scope is None, row.id))
    return {
        "currency": currency,
        "applied": [_rate(rate, on) if rate else {"from": base, "to": currency, "value": None} for base, rate in pairs],
        "rows": [_row(row, on) for row in ranked],
    }


def _rate(rate: Rate, on: date) -> dict[str, Any]:
    return {
        "from": rate.base,
        "to": rate.quote,
        "value": f"{rate.rate.normalize():f}",
        "source": rate.source,
        "on": rate.on.isoformat(),
        "until": rate.until.isoformat() if rate.until else None,
        "usable": rate.may_be_used_on(on),
    }


def _row(row: RateRow, on: date) -> dict[str, Any]:
    own = {"own": row.scope is not None, "published": row.published, "certainty": row.certainty}
    return _rate(as_rate(row, on), on) | own | {"approver": row.approver, "stored_at": row.stored_at.isoformat()}
