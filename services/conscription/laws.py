"""The amounts and numbers of the laws of allowances and deferrals on a day, with their sources and history."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.conscription.model import AllowanceTariff, LawParameter

Row = dict[str, object]
STAY_EXTENSION = "stay_extension"
# The tiers and numbers by which each transaction is assessed, in the order of their law.
TIERS_OF: dict[str, tuple[str, ...]] = {
    "cash-allowance": (
        "four_years",
        "three_years",
        "two_years",
        "one_year",
        "born_abroad",
        "born_abroad_ten_years",
        STAY_EXTENSION,
    ),
    "reserve-cash-allowance": (
        "reserve_abroad",
        "reserve_age",
        "reserve_month_served",
        "reserve_disability",
        "reserve_upper_age",
        STAY_EXTENSION,
    ),
    "missed-service-allowance": (
        "missed_service",
        "missed_service_year_late",
        "missed_service_cap",
        "missed_service_months_to_pay",
    ),
    "residence-deferral": ("deferral_minimum_stay_days",),
    "residence-deferral-renewal": ("deferral_renewal_earliest_days",),
}
CERTAINTIES = {"high": "H", "medium": "M", "low": "L"}


def amounts_on(session: Session, slug: str, on: date) -> Row:
    """The rows in force on a day, and all rows, oldest first. The rows are not personal, so no access is recorded."""
    rows = _rows(session, TIERS_OF[slug])
    return {"on": on.isoformat(), "amounts": [row for row in rows if _is_in_force(row, on)], "history": rows}


def doubtful(session: Session) -> list[Row]:
    """The parameters that a lawyer has to look at, with the transactions they decide; for administrators."""
    rows = session.scalars(
        select(LawParameter).where(LawParameter.needs_lawyer).order_by(LawParameter.name, LawParameter.valid_from)
    )
    return [
        {
            "name": row.name,
            "value": row.value,
            "since": row.valid_from.isoformat(),
            "source": row.law,
            "certainty": CERTAINTIES[row.certainty],
            "transactions": [slug for slug, names in TIERS_OF.items() if row.name in names],
        }
        for row in rows
    ]


def _is_in_force(row: Row, on: date) -> bool:
    return str(row["from"]) <= on.isoformat() and (row["to"] is None or on.isoformat() < str(row["to"]))


def _rows(session: Session, names: tuple[str, ...]) -> list[Row]:
    prices = session.scalars(select(AllowanceTariff).where(AllowanceTariff.tier.in_(names)))
    numbers = session.scalars(select(LawParameter).where(LawParameter.name.in_(names)))
    rows = [
        *(_serialise(row, row.tier, {"amount": row.amount, "currency": row.currency}, row.from_age) for row in prices),
        *(_serialise(row, row.name, None, row.value) for row in numbers),
    ]
    return sorted(rows, key=lambda row: (str(row["from"]), names.index(str(row["name"]))))


def _serialise(row: AllowanceTariff | LawParameter, name: str, amount: Row | None, value: int | None) -> Row:
    """A row as the rule book shows it. `to` is exclusive: the day after the last day of validity."""
    return {
        "name": name,
        "amount": amount,
        "value": value,
        "from": row.valid_from.isoformat(),
        "to": (row.valid_until + timedelta(days=1)).isoformat() if row.valid_until else None,
        "source": row.law,
        "certainty": CERTAINTIES[row.certainty],
    }
