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
from shared.messaging.retries import wait

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
        down = None
        with self.database.scope(None) as session:
            # The rows stay locked until the bus has answered, so that a second relay leaves them alone, and a relay
            # that is killed leaves them unsent.
            rows = session.execute(due(self.batch)).all()
            try:
                troubles = publisher.publish([self._message(row) for row in rows]) if rows else {}
            except BusDown as failed:
                down = failed
                troubles = {} if failed.paused else {row.id: failed.reason for row in rows}
            mark(session, [] if down else [row for row in rows if row.id not in troubles], troubles, rows)
        if down:
            # One by one for a while: if one message breaks connections, it must not delay the others again.
            self.batch = 1
            if not down.paused:
                self.drop()
            raise down
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
                    again = resend(session)
                log().warning("bus_forgot", again=again)
                publisher.register()
        except Exception:
            publisher.close()
            raise
        self.publisher = publisher
        return publisher

    def _listen_for_wakeup(self) -> psycopg.Connection:
        fairy = self.database.engine.raw_connection()
        wakeup = fairy.driver_connection
        fairy.detach()
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


def due(most: int) -> Select[Any]:
    """Unsent rows whose time has come, of each application the first; by a flag, never by a high-water mark."""
    earlier = outbox.alias("earlier")
    blocked = select(earlier.c.id).where(
        earlier.c.about == outbox.c.about, earlier.c.sent.is_(None), earlier.c.sequence < outbox.c.sequence
    )
    return (
        select(outbox)
        .where(outbox.c.sent.is_(None), outbox.c.next_attempt <= func.now(), ~blocked.exists())
        .order_by(outbox.c.next_attempt)
        .limit(most)
        .with_for_update(skip_locked=True)
    )


def mark(session: Session, sent: Sequence[Row[Any]], troubles: dict[str, str], rows: Sequence[Row[Any]]) -> None:
    """Sent, or to be tried again later and later."""
    if sent:
        done = {"sent": func.now(), "trouble": None}
        session.execute(update(outbox).where(outbox.c.id.in_([row.id for row in sent])).values(**done))
    for row in rows:
        if row.id in troubles:
            attempts = row.attempts + 1
            log().warning("not_sent", message=row.id, type=row.type, attempts=attempts, trouble=troubles[row.id])
            later = {"attempts": attempts, "next_attempt": func.now() + wait(attempts), "trouble": troubles[row.id]}
            session.execute(update(outbox).where(outbox.c.id == row.id).values(**later))
