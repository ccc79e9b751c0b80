"""How long the papers that follow a ministry's answer are good for: dated rows with their source."""

from datetime import date, timedelta
from functools import lru_cache

from services.consular.data import rows_of
from shared.values.dates import add_months


@lru_cache
def _rows() -> tuple[dict[str, str], ...]:
    return tuple(sorted(rows_of("lifetime"), key=lambda row: row["valid_from"]))


def expiry(kind: str, issued_on: date) -> date | None:
    """The last day of a paper issued on a day, by the row in force then; None for a kind that never expires."""
    known = [row for row in _rows() if row["kind"] == kind and date.fromisoformat(row["valid_from"]) <= issued_on]
    if not known:
        return None
    return add_months(issued_on, int(known[-1]["months"])) + timedelta(days=int(known[-1]["days"]))
