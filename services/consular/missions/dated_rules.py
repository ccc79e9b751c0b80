"""Finds the dated row that applies at a mission on a day: promised working days, and printed photos."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from services.consular.missions.model import PhotoRule, PromiseRule

Row = TypeVar("Row", PhotoRule, PromiseRule)


def promised_days(session: Session, transaction: str, mission: str, on: date, otherwise: int) -> int:
    """The promised working days: of the row in force, otherwise those of the catalogue."""
    rows = session.scalars(select(PromiseRule).where(PromiseRule.transaction == transaction, *_holds(PromiseRule, on)))
    row = _nearest(rows, transaction, mission)
    return row.working_days if row else otherwise


def photos(session: Session, transaction: str, mission: str, on: date) -> PhotoRule | None:
    """The photos a mission asks for: its own row before the general one, then the transaction's own."""
    rows = session.scalars(select(PhotoRule).where(*_holds(PhotoRule, on)))
    return _nearest((row for row in rows if row.transaction in (None, transaction)), transaction, mission)


def doubtful_promises(session: Session, mission: str | None) -> list[PromiseRule]:
    """The rows that a lawyer has to look at, for all missions or this one, oldest first."""
    rows = select(PromiseRule).where(
        PromiseRule.needs_lawyer, or_(PromiseRule.scope.is_(None), PromiseRule.scope == mission)
    )
    return list(session.scalars(rows.order_by(PromiseRule.valid_from, PromiseRule.id)))


def _holds(model: type[PhotoRule] | type[PromiseRule], on: date) -> tuple[ColumnElement[bool], ...]:
    return model.valid_from <= on, or_(model.valid_to.is_(None), model.valid_to > on)


def _nearest(rows: Iterable[Row], transaction: str, mission: str) -> Row | None:
    applicable = [row for row in rows if row.scope in (None, mission)]
    return max(
        applicable,
        key=lambda row: (row.scope is not None, row.transaction == transaction, row.valid_from, row.id),
        default=None,
    )
