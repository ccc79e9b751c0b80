"""Signs of life of a service's workers, so that whoever asks whether the platform is ready learns of a dead one."""

import socket
from datetime import timedelta

from sqlalchemy import Column, DateTime, Table, Text, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from shared.database.db import infrastructure
from shared.errors import Unavailable
from shared.messaging import outbox

EVERY_SECONDS, DEAD_SECONDS = 5.0, 20.0
# When a message counts as late.
LATE_SECONDS = 300.0
FORGOTTEN = timedelta(days=1)

heartbeat = Table(
    "heartbeat",
    infrastructure,
    # The machine's or container's name: several workers of a service may run.
    Column("worker", Text, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)


def record_heartbeat(session: Session) -> None:
    """Records that the worker on this machine makes progress."""
    row = upsert(heartbeat).values(worker=socket.gethostname(), at=func.now())
    session.execute(row.on_conflict_do_update(index_elements=["worker"], set_={"at": func.now()}))


def check_worker(session: Session, worker: str | None = None) -> None:
    """Raises Unavailable unless a worker, or the one of this name, made progress lately."""
    alive = select(heartbeat.c.worker).where(heartbeat.c.at > func.now() - timedelta(seconds=DEAD_SECONDS))
    if worker is not None:
        alive = alive.where(heartbeat.c.worker == worker)
    if session.scalar(alive.limit(1)) is None:
        raise Unavailable("worker_down")


def check_outbox(session: Session) -> None:
    """Raises Unavailable while a message has waited for the bus too long."""
    if late := outbox.count_unsent(session, LATE_SECONDS):
        raise Unavailable("outbox_late", count=late)


def delete_expired(session: Session) -> None:
    """Forgets workers that are gone for good."""
    session.execute(delete(heartbeat).where(heartbeat.c.at < func.now() - FORGOTTEN))
