"""How many applications a bulk action would affect."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application


def by_status(session: Session, conditions: Iterable[ColumnElement[bool]]) -> dict[str, object]:
    """The number of applications that meet the conditions, and the same by status."""
    query = select(Application.status, func.count()).where(*conditions).group_by(Application.status)
    counts = {status: int(count) for status, count in session.execute(query)}
    return {"applications": sum(counts.values()), "by_status": counts}
