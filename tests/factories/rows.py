"""Whole rows as mappings, so that a test compares every column and not only the ones it thinks of."""

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from services.consular.payments.ledger.model import Entry, Line
from shared.database.audit import event


def columns(row: object, *left_out: str) -> dict[str, Any]:
    """The columns of a row, less the named ones."""
    names = [attribute.key for attribute in inspect(row).mapper.column_attrs]
    return {name: getattr(row, name) for name in names if name not in left_out}


def events(session: Session, about: str) -> list[tuple[str, str, str | None, dict[str, Any]]]:
    """What was recorded about something, oldest first: actor, action, reason and detail."""
    query = select(event.c.actor, event.c.action, event.c.reason, event.c.detail).where(event.c.about == about)
    return [tuple(row) for row in session.execute(query.order_by(event.c.id))]


def booked(session: Session, source: str) -> list[tuple[Entry, list[tuple[str, str, int, str]]]]:
    """The entries of an attempt, a refund or an entry, oldest first, each with its legs as they were booked."""
    entries = session.scalars(select(Entry).where(Entry.source == source).order_by(Entry.booked_at, Entry.kind))
    return [
        (
            entry,
            [
                (line.mission, line.account, line.amount, line.currency)
                for line in session.scalars(select(Line).where(Line.entry == entry.id).order_by(Line.id))
            ],
        )
        for entry in entries
    ]
