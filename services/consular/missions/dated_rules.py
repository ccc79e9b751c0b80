"""Finds the dated row that applies at a mission on a day: promised working days, and printed photos."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from sqlalchemy.orm import Session

from services.consular.missions import reference_data
from services.consular.missions.model import PhotoRule, PromiseRule
from shared.catalogue.model import TIER, Transaction

Row = TypeVar("Row", PhotoRule, PromiseRule)


def promised_days(
    session: Session, entry: Transaction, mission: str, on: date, answers: Mapping[str, object], *more: PromiseRule
) -> int:
    """The promised working days for these answers: of the row in force, otherwise those of the catalogue.

    A row is of one speed: that of the ordinary one says nothing of the urgent one. `more` are rows only thought of.
    """
    tier = answers.get(TIER) if entry.tiers else None
    rows = [*reference_data.rows(session, PromiseRule), *more]
    applicable = (row for row in rows if (row.transaction, row.tier) == (entry.slug, tier) and row.holds_on(on))
    row = _nearest(applicable, entry.slug, mission)
    return row.working_days if row else entry.days(answers)


def photos(session: Session, transaction: str, mission: str, on: date, *more: PhotoRule) -> PhotoRule | None:
    """The photos a mission asks for: its own row before the general one, then the transaction's own.

    `more` are rows that are only thought of.
    """
    rows = [*reference_data.rows(session, PhotoRule), *more]
    applicable = (row for row in rows if row.transaction in (None, transaction) and row.holds_on(on))
    return _nearest(applicable, transaction, mission)


def doubtful_promises(session: Session, mission: str | None) -> list[PromiseRule]:
    """The rows that a lawyer has to look at, for all missions or this one, oldest first."""
    rows = reference_data.rows(session, PromiseRule)
    doubtful = [row for row in rows if row.needs_lawyer and row.scope in (None, mission)]
    return sorted(doubtful, key=lambda row: (row.valid_from, row.id))


def _nearest(rows: Iterable[Row], transaction: str, mission: str) -> Row | None:
    applicable = [row for row in rows if row.scope in (None, mission)]
    return max(
        applicable,
        key=lambda row: (row.scope is not None, row.transaction == transaction, row.valid_from, row.id),
        default=None,
    )
