"""Tariffs on a date, from dated rows with their source."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from services.consular.missions import reference_data
from services.consular.missions.model import Mission
from services.consular.payments.tariffs.model import Tariff
from services.consular.payments.tariffs.rules import PricedLine


def applicable(session: Session, transaction: str, mission: Mission, on: date) -> dict[str, Tariff]:
    """By line, the tariff in force: the mission's own row in its own currency first, then its own in any, then the
    general one; among equals the latest."""
    return reference_data.value(
        session, (applicable, transaction, mission.code, on), lambda: _applicable(session, transaction, mission, on)
    )


def _applicable(session: Session, transaction: str, mission: Mission, on: date) -> dict[str, Tariff]:
    rows = [row for row in _in_force(session, mission, on) if row.transaction == transaction]
    ranked = sorted(rows, key=lambda row: (*_precedence(row, mission), row.valid_from, row.id))
    return {row.line: row for row in ranked}


def _in_force(session: Session, mission: Mission, on: date) -> list[Tariff]:
    return [
        row for row in reference_data.rows(session, Tariff) if row.scope in (None, mission.code) and row.holds_on(on)
    ]


def _precedence(row: Tariff, mission: Mission) -> tuple[bool, bool]:
    return row.scope is not None and row.currency == mission.currency, row.scope is not None


def history(session: Session, transaction: str) -> list[Tariff]:
    """Every tariff row of a transaction, oldest first."""
    rows = [row for row in reference_data.rows(session, Tariff) if row.transaction == transaction]
    return sorted(rows, key=lambda row: (row.valid_from, row.id))


def began_on(rows: Iterable[Tariff], line: PricedLine, on: date) -> str | None:
    """The first day of the tariff row behind a line that was quoted on a day; None for an authority's assessment.

    The line identifies its row: rows are never changed, and a row added later differs.
    """
    line_key = (line.line, line.tariff, line.source)
    same = [row.valid_from for row in rows if (row.line, row.money, row.source) == line_key]
    return max((day.isoformat() for day in same if day <= on), default=None)


def unverified_at(session: Session, mission: Mission, on: date) -> list[Tariff]:
    """The rows in force at a mission whose source is weak, for administrators."""
    rows = [row for row in _in_force(session, mission, on) if row.certainty == "L"]
    return sorted(rows, key=lambda row: (row.transaction, row.line, row.valid_from))
