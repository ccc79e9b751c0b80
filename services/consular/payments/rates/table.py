"""The table of rates of a mission on a day, from the dated rows."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from services.consular.missions import reference_data
from services.consular.payments.rates.model import RateRow
from services.consular.payments.rates.rules import PEG, Rate

Table = dict[tuple[str, str], Rate]
SPECIMEN = "specimen"


def rates_on(session: Session, mission: str, on: date) -> Table:
    """By pair, the rate that counts at a mission on a day: a Sunday uses Friday's rate, under Friday's date.

    One that is not too old counts before one that is, the mission's own before a general one, then the latest.
    """
    return reference_data.value(session, (rates_on, mission, on), lambda: _rates_on(session, mission, on))


def _rates_on(session: Session, mission: str, on: date) -> Table:
    ranked = sorted(rows_at(session, mission, on), key=lambda row: _precedence(row, on))
    return {(row.base, row.quote): as_rate(row, on) for row in ranked}


def rows_at(session: Session, mission: str, on: date) -> list[RateRow]:
    """The rows that a mission may go by, published up to a day."""
    rows = reference_data.rows(session, RateRow)
    return [row for row in rows if row.valid_from <= on and row.scope in (None, mission)]


def _precedence(row: RateRow, on: date) -> tuple[bool, bool, date, bool, datetime, str]:
    fresh = as_rate(row, on).may_be_used_on(on)
    return fresh, fresh and row.scope is not None, row.valid_from, row.source != SPECIMEN, row.stored_at, row.id


def as_rate(row: RateRow, on: date) -> Rate:
    """A row as the rules read it. A peg is dated by the day of the query, any other rate by its publication."""
    if row.source == PEG:
        return Rate(row.base, row.quote, row.rate, on, row.source)
    until = None if row.max_age_days is None else row.valid_from + timedelta(days=row.max_age_days)
    return Rate(row.base, row.quote, row.rate, row.valid_from, row.source, until)
