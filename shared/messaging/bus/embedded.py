"""The bus where no broker is installed: pgmq's queues in PostgreSQL, by its batch SQL over one connection.

A row has the shape that kombu's transport gives it, so that earlier versions and this one read each other's.
"""

import base64
import binascii
import json
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg

from shared.database.connection import BoundedConnection, Liveness
from shared.messaging.bus.connection import (
    CONNECT_SECONDS,
    PREFETCH,
    BusDown,
    HeldDelivery,
    OutgoingMessage,
    ThreadConnection,
)
from shared.messaging.messages import SENDERS_BY_LISTENER, Delivery

# How long a message stays with a consumer that died; one that lives says so every third of it.
HOLD_SECONDS = 2
# Wakeups come by NOTIFY; what a dead consumer held returns without one.
POLL_SECONDS = 0.5
# Readiness must be known within three seconds; libpq counts whole ones, from two.
CHECK_SECONDS = 2
# Any constant will do: two processes that declare at once take turns.
DECLARE_LOCK = 7_234_903
TOPIC = "kombu.topic.{}.{}"
# A listener hears everything its senders say, so that one call routes a whole batch. Each queue is told once.
SEND = """
    WITH reached AS MATERIALIZED (
        SELECT DISTINCT queue_name FROM pgmq.send_batch_topic(%s, %s::jsonb[])
    )
    SELECT count(pg_notify('pgmq.q_' || queue_name || '.INSERT', '')) FROM reached
"""
READ = "SELECT msg_id, message FROM pgmq.read(%s, %s, %s) ORDER BY msg_id"
DELETE = "SELECT count(*) FROM pgmq.delete(%s, %s::bigint[])"
LENGTH = "SELECT queue_length FROM pgmq.metrics_all() WHERE queue_name = %s"
HOLD = "SELECT count(*) FROM pgmq.set_vt(%s, %s::bigint[], %s)"


class _Embedded(ThreadConnection):
    faults = (psycopg.Error,)

    def __init__(self, url: str, me: str) -> None:
        super().__init__()
        self.me = me
        self.connection: BoundedConnection | None = None
        address = url.replace("pgmq://", "postgresql://", 1)
        with self.guard():
            self.connection = BoundedConnection.connect(
                address, autocommit=True, connect_timeout=int(CONNECT_SECONDS), tcp_user_timeout=5_000
            )
            # A frozen server keeps its sockets open and says nothing.
            self.connection.liveness = Liveness(address)
            self._declare()

    def execute(self, statement: str, *values: object) -> psycopg.Cursor[Any]:
        """A statement and its commit. Raises psycopg's errors, also once the connection is closed."""
        if self.connection is None:
            raise psycopg.OperationalError("the connection is closed")
        return self.connection.execute(statement.encode(), values)

    def _declare(self) -> None:
        bindings = {
            (queue_name(f"{listener}.inbox"), TOPIC.format(sender, "#"))
            for listener, senders in SENDERS_BY_LISTENER.items()
            for sender in senders
        }
        if bindings <= self._bindings() and not self._triggers():
            return
        assert self.connection is not None
        with self.connection.transaction():
            self.execute("SELECT pg_advisory_xact_lock(%s)", DECLARE_LOCK)
            queues = {queue for (queue,) in self.execute("SELECT queue_name FROM pgmq.meta")}
            for queue in sorted({queue for queue, _ in bindings} - queues):
                self.execute("SELECT pgmq.create(%s)", queue)
            for queue, pattern in sorted(bindings - self._bindings()):
                self.execute("SELECT pgmq.bind_topic(%s, %s)", pattern, queue)
            # Earlier versions were told of every row by a trigger.
            for queue in self._triggers():
                self.execute("SELECT pgmq.disable_notify_insert(%s)", queue)

    def _bindings(self) -> set[tuple[str, str]]:
        return {tuple(row) for row in self.execute("SELECT queue_name, pattern FROM pgmq.topic_bindings")}

    def _triggers(self) -> list[str]:
        return [queue for (queue,) in self.execute("SELECT queue_name FROM pgmq.notify_insert_throttle")]

    def drop(self) -> None:
        """See ThreadConnection."""
        connection, self.connection = self.connection, None
        with suppress(Exception):
            if connection is not None:
                connection.close()

    def close(self) -> None:
        """Never raises."""
        self.drop()


class EmbeddedPublisher(_Embedded):
    """Confirmed means committed: a batch is one statement in the queues' database."""

    paused = False

    @property
    def marker(self) -> str:
        """An empty queue that stands for as long as the bus has kept what this sender said."""
        return queue_name(f"{self.me}.known")

    def publish(self, messages: Sequence[OutgoingMessage]) -> dict[str, str]:
        """See Publisher."""
        if not messages:
            return {}
        with self.guard():
            rows = [as_row(self.me, message) for message in messages]
            reached = self.execute(SEND, TOPIC.format(self.me, "all"), rows).fetchone()
        return {} if reached != (0,) else dict.fromkeys((message.id for message in messages), "unroutable")

    def is_unknown(self) -> bool:
        """See Publisher."""
        with self.guard():
            return self.execute("SELECT 1 FROM pgmq.meta WHERE queue_name = %s", self.marker).fetchone() is None

    def register(self) -> None:
        """See Publisher."""
        with self.guard():
            self.execute("SELECT pgmq.create(%s)", self.marker)

    def heartbeat(self, seconds: float = 0.0) -> None:
        """See Publisher; nothing to keep alive."""


class EmbeddedConsumer(_Embedded):
    """Messages come by NOTIFY, stay invisible to others for a while, and return when they are not done by then."""

    def __init__(self, url: str, me: str) -> None:
        super().__init__(url, me)
        self.queue = queue_name(f"{me}.inbox")
        self.arrived: deque[HeldDelivery] = deque()
        self.held: dict[int, HeldDelivery] = {}
        self.extended = time.monotonic()
        with self.guard():
            self.execute(f'LISTEN "pgmq.q_{self.queue}.INSERT"')

    def next(self, seconds: float) -> HeldDelivery | None:
        """See Consumer."""
        self._receive(seconds)
        return self.arrived.popleft() if self.arrived else None

    def next_batch(self, seconds: float) -> Sequence[HeldDelivery]:
        """See Consumer."""
        self._receive(seconds)
        return [self.arrived.popleft() for _ in range(min(PREFETCH, len(self.arrived)))]

    def _receive(self, seconds: float) -> None:
        """Reads what has come, or waits for it."""
        until = time.monotonic() + seconds
        self.heartbeat()
        with self.guard():
            while not self.arrived:
                self._read()
                left = min(until - time.monotonic(), POLL_SECONDS)
                if self.arrived or left <= 0 or self.connection is None:
                    return
                for _ in self.connection.notifies(timeout=left, stop_after=1):
                    break
                self.heartbeat()

    def _read(self) -> None:
        room = PREFETCH - len(self.held)
        if room <= 0:
            return
        for number, row in self.execute(READ, self.queue, HOLD_SECONDS, room):
            # What returned although we hold it is held for longer now, no more.
            if number not in self.held:
                self.held[number] = HeldDelivery(as_delivery(row), number)
                self.arrived.append(self.held[number])

    def done(self, *held: HeldDelivery) -> None:
        """See Consumer."""
        numbers = [one.tag for one in held]
        with self.guard():
            self.execute(DELETE, self.queue, numbers)
        for number in numbers:
            self.held.pop(number, None)

    def heartbeat(self) -> None:
        """See Consumer."""
        if time.monotonic() < self.extended + HOLD_SECONDS / 3:
            return
        self.extended = time.monotonic()
        if self.held:
            with self.guard():
                self.execute(HOLD, self.queue, list(self.held), HOLD_SECONDS)

    def close(self) -> None:
        """See Consumer; what is held can be had again at once."""
        with suppress(Exception):
            self.execute(HOLD, self.queue, list(self.held), 0)
        super().close()


def queue_name(name: str) -> str:
    """pgmq takes no dots."""
    return name.replace(".", "_")


def as_row(sender: str, message: OutgoingMessage) -> str:
    """A message as the JSON of a queue's row."""
    delivery_info = {"exchange": sender, "routing_key": message.key}
    properties = {"body_encoding": "base64", "delivery_info": delivery_info, "delivery_tag": message.id}
    content = {"content-type": message.content_type, "content-encoding": "binary", "properties": properties}
    return json.dumps({"body": base64.b64encode(message.raw).decode(), **content})


def as_delivery(row: Any) -> Delivery:
    """A queue's row as a delivery; one that neither we nor kombu wrote as it stands, with a content type that says so.

    Bodies are never inflated, whatever their headers ask for.
    """
    try:
        if row["properties"]["body_encoding"] != "base64":
            raise ValueError(row["properties"]["body_encoding"])
        raw = base64.b64decode(row["body"], validate=True)
        delivery_info = row["properties"]["delivery_info"]
        exchange, key = str(delivery_info["exchange"]), str(delivery_info["routing_key"])
        return Delivery(raw, exchange, key, str(row["content-type"]))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, binascii.Error):
        return Delivery(json.dumps(row).encode(), "", "", "foreign")


def check(url: str) -> None:
    """See check_bus."""
    try:
        psycopg.connect(url.replace("pgmq://", "postgresql://", 1), connect_timeout=CHECK_SECONDS).close()
    except psycopg.Error as error:
        raise BusDown("connection") from error


def queue_length(url: str, listener: str) -> int:
    """See bus.queue_length."""
    address = url.replace("pgmq://", "postgresql://", 1)
    try:
        with psycopg.connect(address, connect_timeout=CHECK_SECONDS, autocommit=True) as connection:
            row = connection.execute(LENGTH, [queue_name(f"{listener}.inbox")]).fetchone()
    except psycopg.errors.Error as error:
        raise BusDown("connection") from error
    return int(row[0]) if row else 0


make_publisher, make_consumer = EmbeddedPublisher, EmbeddedConsumer
