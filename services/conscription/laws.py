"""What the laws of allowances and deferrals said on a day: every amount with its decree, and each change."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.conscription.model import AllowanceTariff, LawParameter

Row = dict[str, object]
STAY = "stay_extension"
# The tiers and numbers by which each transaction is assessed, in the order of their law.
TIERS_OF: dict[str, tuple[str, ...]] = {
    "cash-allowance": (
        "four_years",
        "three_years",
        "two_years",
        "one_year",
        "born_abroad",
        "born_abroad_ten_years",
        STAY,
    ),
    "reserve-cash-allowance": ("reserve_abroad", "reserve_age", "reserve_month_served", "reserve_disability", STAY),
    "missed-service-allowance": ("missed_service", "missed_service_year_late", "missed_service_cap"),
    "residence-deferral": ("deferral_minimum_stay_days",),
    "residence-deferral-renewal": ("deferral_minimum_stay_days",),
}
CERTAINTIES = {"high": "H", "medium": "M", "low": "L"}


def amounts_on(session: Session, slug: str, on: date) -> Row:
    """The rows in force on a day, and all rows ever, oldest first. Nothing personal is read, so nothing is recorded."""
    rows = _rows(session, TIERS_OF[slug])
    return {"on": on.isoformat(), "amounts": [row for row in rows if _holds(row, on)], "history": rows}


def _holds(row: Row, on: date) -> bool:
    return str(row["from"]) <= on.isoformat() and (row["to"] is None or on.isoformat() < str(row["to"]))


def _rows(session: Session, names: tuple[str, ...]) -> list[Row]:
    prices = session.scalars(select(AllowanceTariff).where(AllowanceTariff.tier.in_(names)))
    numbers = session.scalars(select(LawParameter).where(LawParameter.name.in_(names)))
    told = [
        *(_row(one, one.tier, {"amount": one.amount, "currency": one.currency}, one.from_age) for one in prices),
        *(_row(one, one.name, None, one.value) for one in numbers),
    ]
    return sorted(told, key=lambda row: (str(row["from"]), names.index(str(row["name"]))))


def _row(one: AllowanceTariff | LawParameter, name: str, amount: Row | None, value: int | None) -> Row:
    """The day after the last one is the first on which it no longer holds, as everywhere in the rule book."""
    return {
        "name": name,
        "amount": amount,
        "value": value,
        "from": one.valid_from.isoformat(),
        "to": (one.valid_until + timedelta(days=1)).isoformat() if one.valid_until else None,
        "source": one.law,
        "certainty": CERTAINTIES[one.certainty],
    }
