"""Workers of services in tests that start none."""

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from shared.messaging.heartbeat import record_heartbeat
from shared.messaging.outbox import outbox


def let_worker_live(session: Session) -> None:
    """As if this service's worker had just said that it lives, and had sent what other tests left in the outbox."""
    record_heartbeat(session)
    session.execute(update(outbox).where(outbox.c.sent.is_(None)).values(sent=func.now()))
