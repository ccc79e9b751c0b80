"""Tariffs and rates on a date, each from dated rows with their source."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from services.consular.missions.model import Mission
from services.consular.payments.tariffs.model import RateRow, Tariff
from services.consular.payments.tariffs.rules import PEG, PricedLine, Rate


def applicable(session: Session, transaction: str, mission: Mission, on: date) -> dict[str, Tariff]:
    """By line, the tariff in force: the mission's own row in its own currency first, then its own in any, then the
    general one; among equals the latest."""
    rows = session.scalars(
        select(Tariff).where(
            Tariff.transaction == transaction,
            Tariff.valid_from <= on,
            or_(Tariff.valid_to.is_(None), Tariff.valid_to > on),
            or_(Tariff.scope.is_(None), Tariff.scope == mission.code),
        )
    )
    ranked = sorted(rows, key=lambda row: (*_precedence(row, mission), row.valid_from, row.id))
    return {row.line: row for row in ranked}


def _precedence(row: Tariff, mission: Mission) -> tuple[bool, bool]:
    return row.scope is not None and row.currency == mission.currency, row.scope is not None


def history(session: Session, transaction: str) -> list[Tariff]:
    """Every tariff row of a transaction, oldest first."""
    return list(
        session.scalars(select(Tariff).where(Tariff.transaction == transaction).order_by(Tariff.valid_from, Tariff.id))
    )


def began_on(rows: Iterable[Tariff], line: PricedLine, on: date) -> str | None:
    """The first day of the tariff row behind a line that was quoted on a day; None for an authority's assessment.

    The line identifies its row: rows are never changed, and a row added later differs.
    """
    line_key = (line.line, line.tariff, line.source)
    same = [row.valid_from for row in rows if (row.line, row.money, row.source) == line_key]
    return max((day.isoformat() for day in same if day <= on), default=None)


def rates(session: Session, on: date) -> dict[tuple[str, str], Rate]:
    """The latest rate of each pair published up to a day: a Sunday uses Friday's rate, under Friday's date."""
    rows = session.scalars(
        select(RateRow)
        .where(RateRow.valid_from <= on)
        .ext(distinct_on(RateRow.base, RateRow.quote))
        .order_by(RateRow.base, RateRow.quote, RateRow.valid_from.desc())
    )
    return {(row.base, row.quote): _rate_on(row, on) for row in rows}


def _rate_on(row: RateRow, on: date) -> Rate:
    """A peg is dated by the day of the query, any other rate by its publication."""
    return Rate(row.base, row.quote, row.rate, on if row.source == PEG else row.valid_from, row.source)


def unverified_at(session: Session, mission: Mission, on: date) -> list[Tariff]:
    """The rows in force at a mission whose source is weak, for administrators."""
    rows = session.scalars(
        select(Tariff).where(
            Tariff.certainty == "L",
            Tariff.valid_from <= on,
            or_(Tariff.valid_to.is_(None), Tariff.valid_to > on),
            or_(Tariff.scope.is_(None), Tariff.scope == mission.code),
        )
    )
    return sorted(rows, key=lambda row: (row.transaction, row.line, row.valid_from))
