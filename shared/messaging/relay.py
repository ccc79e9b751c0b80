"""Sends committed outbox rows to the bus: each at least once, and in order for one application."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.orm import Session

from shared.database.db import Database
from shared.identity.crypto import Keys
from shared.logs import log
from shared.messaging.bus import BusDown, OutgoingMessage, Publisher
from shared.messaging.messages import Envelope, encode
from shared.messaging.outbox import outbox, resend
from shared.messaging.retries import retry_delay

BATCH = 100


class Relay:
    """One thread's relay; several may work side by side, in one process or many."""

    def __init__(self, database: Database, keys: Keys, connect: Callable[[], Publisher]) -> None:
        self.database = database
        self.keys = keys
        self.connect = connect
        self.publisher: Publisher | None = None
        self.wakeup: psycopg.Connection | None = None
        self.batch = BATCH

    def send_due(self) -> int:
        """Sends one batch; gives how many messages were due. Raises BusDown, after which the next call reconnects."""
        publisher = self.publisher or self._connected()
        outage = None
        with self.database.scope(None) as session:
            # The rows stay locked until the bus has answered, so that a second relay leaves them alone, and a relay
            # that is killed leaves them unsent.
            rows = session.execute(due_rows(self.batch)).all()
            try:
                troubles = publisher.publish([self._message(row) for row in rows]) if rows else {}
            except BusDown as error:
                outage = error
                troubles = {} if error.paused else {row.id: error.reason for row in rows}
            mark_rows(session, [] if outage else [row for row in rows if row.id not in troubles], troubles, rows)
        if outage:
            # One by one for a while: if one message breaks connections, it must not delay the others again.
            self.batch = 1
            if not outage.paused:
                self.drop()
            raise outage
        self.batch = BATCH
        return len(rows)

    def listen(self, seconds: float) -> None:
        """Waits for a commit with something to send, at most so long."""
        if self.publisher:
            self.publisher.heartbeat()
        try:
            if self.wakeup is None:
                self.wakeup = self._listen_for_wakeup()
            for _ in self.wakeup.notifies(timeout=seconds, stop_after=1):
                return
        except psycopg.Error:
            self._close_wakeup()
            raise

    def wait_until_taken(self, seconds: float) -> None:
        """While the bus takes nothing: keeps the connection, on which it says when it does again, then starts clean."""
        publisher = self.publisher
        with suppress(BusDown):
            if publisher:
                publisher.heartbeat(seconds)
        if publisher and not publisher.paused:
            self.drop()

    def drop(self) -> None:
        """Closes the connection; the next call opens another."""
        if self.publisher:
            self.publisher.close()
        self.publisher = None

    def close(self) -> None:
        """Closes both connections."""
        self.drop()
        self._close_wakeup()

    def _connected(self) -> Publisher:
        publisher = self.connect()
        try:
            if publisher.is_unknown():
                with self.database.scope(None) as session:
                    resent = resend(session)
                log().warning("bus_forgot", again=resent)
                publisher.register()
        except Exception:
            publisher.close()
            raise
        self.publisher = publisher
        return publisher

    def _listen_for_wakeup(self) -> psycopg.Connection:
        pooled = self.database.engine.raw_connection()
        wakeup = pooled.driver_connection
        pooled.detach()
        assert isinstance(wakeup, psycopg.Connection)
        wakeup.autocommit = True
        wakeup.execute(f"LISTEN outbox_{self.keys.me}")
        return wakeup

    def _close_wakeup(self) -> None:
        if self.wakeup is not None:
            with suppress(psycopg.Error):
                self.wakeup.close()
        self.wakeup = None

    def _message(self, row: Row[Any]) -> OutgoingMessage:
        envelope = Envelope(
            id=row.id,
            type=row.type,
            version=row.version,
            occurred_at=row.created,
            sender=self.keys.me,
            about=row.about,
            sequence=row.sequence,
            **row.content,
        )
        return OutgoingMessage(row.id, row.type, encode(envelope, self.keys))


def due_rows(limit: int) -> Select[Any]:
    """Unsent rows whose time has come, of each application the first; by a flag, never by a high-water mark."""
    earlier = outbox.alias("earlier")
    blocked = select(earlier.c.id).where(
        earlier.c.about == outbox.c.about, earlier.c.sent.is_(None), earlier.c.sequence < outbox.c.sequence
    )
    return (
        select(outbox)
        .where(outbox.c.sent.is_(None), outbox.c.next_attempt <= func.now(), ~blocked.exists())
        .order_by(outbox.c.next_attempt)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def mark_rows(session: Session, sent: Sequence[Row[Any]], troubles: dict[str, str], rows: Sequence[Row[Any]]) -> None:
    """Marks rows as sent, or schedules the next attempt of rows with troubles (error codes by message id)."""
    if sent:
        sent_values = {"sent": func.now(), "trouble": None}
        session.execute(update(outbox).where(outbox.c.id.in_([row.id for row in sent])).values(**sent_values))
    for row in rows:
        if row.id in troubles:
            attempts = row.attempts + 1
            log().warning("not_sent", message=row.id, type=row.type, attempts=attempts, trouble=troubles[row.id])
            values = {
                "attempts": attempts,
                "next_attempt": func.now() + retry_delay(attempts),
                "trouble": troubles[row.id],
            }
            session.execute(update(outbox).where(outbox.c.id == row.id).values(**values))
