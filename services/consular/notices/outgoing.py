"""Notices that leave the house: the gateway, which knows addresses, fetches them and says which it has taken."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.consular.notices.model import Notice
from shared.database.db import now

BATCH = 100


def list_outgoing(session: Session) -> list[dict[str, Any]]:
    """The mission's oldest notices that nobody has taken: for whom, and of which kind. No more is said."""
    mission = session.info["mission"]
    unsent = select(Notice).where(Notice.mission == mission, Notice.sent_at.is_(None))
    rows = session.scalars(unsent.order_by(Notice.id).limit(BATCH))
    return [{"id": row.id, "person": row.person, "kind": row.kind} for row in rows]


def mark_sent(session: Session, ids: Sequence[int]) -> None:
    """They are on their way; a second time changes nothing."""
    mission = session.info["mission"]
    which = Notice.mission == mission, Notice.id.in_(ids), Notice.sent_at.is_(None)
    statement = update(Notice).where(*which).values(sent_at=now(session))
    session.execute(statement.execution_options(synchronize_session=False))
