"""Brings opening hours, closures and rules of the data files into their tables."""

from collections.abc import Mapping
from datetime import date, time
from functools import partial

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from services.consular.data import load_rows, rows_of

_NUMBERS = frozenset(
    {"weekday", "slot_minutes", "seats", "horizon_days", "hold_minutes", "per_month", "daily_quota", "free_hours"}
    | {"arrive_minutes"}
)
_DATES = frozenset({"valid_from", "valid_to", "first_day", "last_day"})
_HOURS = frozenset({"opens", "closes"})
_YES_OR_NO = frozenset({"seats_closed", "payments_closed"})


def load(connection: Connection | Session) -> None:
    """Inserts the rows that are not there yet; safe to repeat. What a desk has changed since stays changed.

    Opening hours stand behind the wall of their mission, which is entered for its rows.
    """
    for table in ("closure", "turn_rule"):
        load_rows(connection, table, _row)
    before = connection.scalar(select(func.current_setting("mahjar.mission", True)))
    for mission in dict.fromkeys(row["mission"] for row in rows_of("opening")):
        connection.execute(select(func.set_config("mahjar.mission", mission, True)))
        load_rows(connection, "opening", _row, only=partial(_is_of, mission))
    connection.execute(select(func.set_config("mahjar.mission", before or "", True)))


def _is_of(mission: str, row: Mapping[str, str]) -> bool:
    return row["mission"] == mission


def _row(row: Mapping[str, str]) -> dict[str, object]:
    return {name: _typed(name, value) for name, value in row.items()}


def _typed(name: str, value: str) -> object:
    if name in _YES_OR_NO:
        return value == "true"
    if not value:
        return None
    if name in _NUMBERS:
        return int(value)
    if name in _DATES:
        return date.fromisoformat(value)
    return time.fromisoformat(value) if name in _HOURS else value
