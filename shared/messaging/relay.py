"""Sends committed outbox rows to the bus: each at least once, and in order for one application."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import psycopg
from sqlalchemy import Row, Select, func, select, text, update
from sqlalchemy.orm import Session

from shared.database.db import Database
from shared.identity.crypto import Keys
from shared.logs import log
from shared.messaging.bus import BusDown, OutgoingMessage, Publisher
from shared.messaging.messages import Envelope, encode
from shared.messaging.outbox import outbox, resend
from shared.messaging.retries import retry_delay
from shared.observation import traces

BATCH = 100
MARK_SENT = text("UPDATE outbox SET sent = now(), trouble = NULL WHERE id = ANY(CAST(:ids AS uuid[]))")


@dataclass
class Outcome:
    """What became of a batch: the rows that are confirmed, error codes of those in trouble, the fault that ended it."""

    sent: list[Row[Any]] = field(default_factory=list)
    in_trouble: list[tuple[Row[Any], str]] = field(default_factory=list)
    outage: BusDown | None = None


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
        with self.database.scope(None) as session:
            # The first row of each application stays locked until the bus has answered, so that a second relay leaves
            # the application alone, and a relay that is killed leaves its messages unsent.
            rows = session.execute(due_rows(self.batch)).all()
            outcome = self._publish(publisher, rows)
            mark_rows(session, outcome)
        if outcome.outage:
            # One by one for a while: if one message breaks connections, it must not delay the others again.
            self.batch = 1
            if not outcome.outage.paused:
                self.drop()
            raise outcome.outage
        self.batch = BATCH
        return len(rows)

    def _publish(self, publisher: Publisher, rows: Sequence[Row[Any]]) -> Outcome:
        """No message leaves before the bus has confirmed the one before it about the same application."""
        outcome = Outcome()
        stuck: set[str] = set()
        for wave in waves(rows):
            ready = [row for row in wave if row.about not in stuck]
            try:
                codes = publish(publisher, ready, [self._message(row) for row in ready]) if ready else {}
            except BusDown as error:
                outcome.outage = error
                outcome.in_trouble += [] if error.paused else [(row, error.reason) for row in ready]
                return outcome
            outcome.in_trouble += [(row, codes[row.id]) for row in ready if row.id in codes]
            outcome.sent += [row for row in ready if row.id not in codes]
            stuck.update(row.about for row in ready if row.id in codes)
        return outcome

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
    """Unsent rows whose time has come, of each application in order, none behind one that has to wait.

    Chosen by a flag, never by a high-water mark. The first ones of all applications come first.
    """
    first, earlier, waiting = outbox.alias("first"), outbox.alias("earlier"), outbox.alias("waiting")
    before = select(earlier.c.id).where(
        earlier.c.about == first.c.about, earlier.c.sent.is_(None), earlier.c.sequence < first.c.sequence
    )
    heads = (
        select(first.c.about, first.c.sequence, first.c.next_attempt)
        .where(first.c.sent.is_(None), first.c.next_attempt <= func.now(), ~before.exists())
        .order_by(first.c.next_attempt)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("head")
    )
    blocked = select(waiting.c.id).where(
        waiting.c.about == outbox.c.about,
        waiting.c.sent.is_(None),
        waiting.c.sequence <= outbox.c.sequence,
        waiting.c.next_attempt > func.now(),
    )
    return (
        select(outbox)
        .join(heads, heads.c.about == outbox.c.about)
        .where(outbox.c.sent.is_(None), ~blocked.exists())
        .order_by(outbox.c.sequence - heads.c.sequence, heads.c.next_attempt)
        .limit(limit)
    )


def publish(publisher: Publisher, rows: Sequence[Row[Any]], messages: Sequence[OutgoingMessage]) -> dict[str, str]:
    """Publishes, in a span of the trace of each message. Gives error codes by message. Raises BusDown."""
    with ExitStack() as spans:
        for row in rows if traces.are_on() else ():
            spans.enter_context(traces.span(f"send {row.type}", "producer", row.content.get("traceparent")))
        return publisher.publish(messages)


def waves(rows: Sequence[Row[Any]]) -> Iterator[list[Row[Any]]]:
    """The first row of each application, then the second of each, and so on."""
    by_application: dict[str, list[Row[Any]]] = {}
    for row in rows:
        by_application.setdefault(row.about, []).append(row)
    for wave in zip_longest(*by_application.values()):
        yield [row for row in wave if row is not None]


def mark_rows(session: Session, outcome: Outcome) -> None:
    """Marks rows as sent, and schedules the next attempt of those in trouble."""
    if outcome.sent:
        session.execute(MARK_SENT, {"ids": [row.id for row in outcome.sent]})
    for row, trouble in outcome.in_trouble:
        attempts = row.attempts + 1
        log().warning("not_sent", message=row.id, type=row.type, attempts=attempts, trouble=trouble)
        values = {"attempts": attempts, "next_attempt": func.now() + retry_delay(attempts), "trouble": trouble}
        session.execute(update(outbox).where(outbox.c.id == row.id).values(**values))
