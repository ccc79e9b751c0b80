"""The bus where no broker is installed: kombu's queues in PostgreSQL, made to report what reached nobody."""

import base64
import json
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

import psycopg
from kombu import Connection, Consumer, Producer
from kombu.message import Message
from kombu.transport import pgmq

from shared.messaging.bus.connection import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    PREFETCH,
    BusDown,
    HeldDelivery,
    OutgoingMessage,
    ThreadConnection,
    raw_bytes,
)
from shared.messaging.bus.topology import EXCHANGES, inbox_queue
from shared.messaging.messages import SENDERS_BY_LISTENER, Delivery

# How long a message stays with a consumer that died.
HOLD_SECONDS = 15
# Wake-ups come by NOTIFY; this is how long one may be missed.
POLL_SECONDS = 1
# Readiness must be known within three seconds; libpq counts whole ones, from two.
CHECK_SECONDS = 2
# Any constant will do: two processes that declare at once take turns.
DECLARE_LOCK = 7_234_903
OPTIONS = {
    "init_extension": False,
    # One for the messages; waiting has its own.
    "pool_size": 1,
    "pool_timeout": ANSWER_SECONDS,
    "visibility_timeout": HOLD_SECONDS,
    "use_notify": True,
    "notify_throttle_interval_ms": 0,
    "wait_time_seconds": 0,
    "polling_interval": POLL_SECONDS,
}


class UnroutableMessage(Exception):
    """Nobody listens to this."""


class Channel(pgmq.Channel):  # type: ignore[misc]
    """Counts whom a message reached, sends several in one commit, and survives rows that no kombu wrote."""

    sending: psycopg.Connection | None = None

    def _put_topic(self, exchange: str, message: dict[str, Any], routing_key: str, **_kwargs: Any) -> None:
        if not self.pgmq.send_topic(self._topic_key(exchange, routing_key), message, conn=self.sending):
            raise UnroutableMessage

    def _pgmq_message_to_python(self, pgmq_message: Any, queue: str) -> Any:
        payload = pgmq_message.message
        if not self._is_ours(payload):
            pgmq_message.message = foreign_message(payload)
        else:
            # Never inflated, whatever its headers ask for.
            payload["headers"] = {}
        return super()._pgmq_message_to_python(pgmq_message, queue)

    def _is_ours(self, payload: Any) -> bool:
        try:
            self.decode_body(payload["body"], payload["properties"]["body_encoding"])
            tag, delivery_info = payload["properties"]["delivery_tag"], payload["properties"]["delivery_info"]
            return isinstance(tag, str) and {"exchange", "routing_key"} <= delivery_info.keys()
        except (KeyError, TypeError, ValueError, AttributeError, LookupError):
            return False


class Transport(pgmq.Transport):  # type: ignore[misc]
    """kombu's, with our channel."""

    Channel = Channel


def foreign_message(payload: Any) -> dict[str, Any]:
    """A row that kombu did not write, as a message that says so."""
    properties = {
        "delivery_tag": str(uuid4()),
        "body_encoding": "base64",
        "delivery_info": {"exchange": "", "routing_key": ""},
    }
    body = base64.b64encode(json.dumps(payload).encode()).decode()
    return {"body": body, "content-type": "foreign", "content-encoding": "binary", "properties": properties}


class _Embedded(ThreadConnection):
    faults = (*ThreadConnection.faults, psycopg.Error)

    def __init__(self, url: str, me: str) -> None:
        self.me = me
        address = url.replace("pgmq://", "postgresql://", 1) + f"?connect_timeout={int(CONNECT_SECONDS)}"
        super().__init__(Connection(url, transport=Transport, transport_options={**OPTIONS, "conn_string": address}))
        with self.guard():
            self.channel = self.connection.channel()
            self.queues = self.channel.pgmq
            self._declare()

    def _declare(self) -> None:
        bindings = [
            (self.channel.canonical_queue_name(f"{listener}.inbox"), self.channel._topic_key(sender, "#"))
            for listener, senders in SENDERS_BY_LISTENER.items()
            for sender in senders
        ]
        with self.queues.pool.connection() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [DECLARE_LOCK])
            queue_rows = connection.execute("SELECT queue_name FROM pgmq.meta").fetchall()
            binding_rows = connection.execute("SELECT queue_name, pattern FROM pgmq.topic_bindings").fetchall()
            for queue in {queue for queue, _ in bindings} - {queue for (queue,) in queue_rows}:
                self.queues.create_queue(queue, conn=connection)
            for queue, pattern in set(bindings) - set(binding_rows):
                self.queues.bind_topic(pattern, queue, conn=connection)


class EmbeddedPublisher(_Embedded):
    """Confirmed means committed: a batch is one transaction in the queues' database."""

    paused = False

    def __init__(self, url: str, me: str) -> None:
        super().__init__(url, me)
        with self.guard():
            self.producer = Producer(self.channel, EXCHANGES[me])
        self.marker = self.channel.canonical_queue_name(f"{me}.known")

    def publish(self, messages: Sequence[OutgoingMessage]) -> dict[str, str]:
        """See Publisher."""
        troubles = {}
        with self.guard(), self.queues.pool.connection() as self.channel.sending:
            for outgoing in messages:
                try:
                    self._send(outgoing)
                except UnroutableMessage:
                    troubles[outgoing.id] = "unroutable"
        return troubles

    def _send(self, outgoing: OutgoingMessage) -> None:
        self.producer.publish(
            outgoing.raw,
            outgoing.key,
            content_type=outgoing.content_type,
            content_encoding="binary",
            message_id=outgoing.id,
        )

    def is_unknown(self) -> bool:
        """See Publisher."""
        with self.guard(), self.queues.pool.connection() as connection:
            query = "SELECT 1 FROM pgmq.meta WHERE queue_name = %s"
            return connection.execute(query, [self.marker]).fetchone() is None

    def register(self) -> None:
        """See Publisher."""
        with self.guard():
            self.queues.create_queue(self.marker)

    def heartbeat(self, seconds: float = 0.0) -> None:
        """See Publisher; nothing to keep alive."""


class EmbeddedConsumer(_Embedded):
    """Messages come by NOTIFY, stay invisible to others for a while, and return when they are not done by then."""

    def __init__(self, url: str, me: str) -> None:
        super().__init__(url, me)
        self.arrived: deque[HeldDelivery] = deque()
        self.held: dict[str, HeldDelivery] = {}
        self.extended = time.monotonic()
        with self.guard():
            Consumer(
                self.channel,
                [inbox_queue(me)],
                on_message=self._on_message,
                on_decode_error=lambda message, _error: self._on_message(message),
                auto_declare=False,
                prefetch_count=PREFETCH,
            ).consume()

    def _on_message(self, message: Message) -> None:
        delivery_info = message.delivery_info
        raw = raw_bytes(message.body)
        held_delivery = HeldDelivery(
            Delivery(raw, str(delivery_info["exchange"]), str(delivery_info["routing_key"]), str(message.content_type)),
            message,
        )
        self.arrived.append(held_delivery)
        self.held[message.delivery_tag] = held_delivery

    def next(self, seconds: float) -> HeldDelivery | None:
        """See Consumer."""
        if not self.arrived:
            with self.guard(), suppress(TimeoutError):
                self.connection.drain_events(timeout=seconds)
        return self.arrived.popleft() if self.arrived else None

    def done(self, held_delivery: HeldDelivery) -> None:
        """See Consumer."""
        with self.guard():
            held_delivery.message.ack()
        self.held.pop(held_delivery.message.delivery_tag, None)

    def heartbeat(self) -> None:
        """See Consumer."""
        if time.monotonic() < self.extended + HOLD_SECONDS / 3:
            return
        self.extended = time.monotonic()
        with self.guard():
            for held_delivery in self.held.values():
                delivery_info = held_delivery.message.delivery_info
                self.queues.set_vt(delivery_info["pgmq_queue"], delivery_info["pgmq_msg_id"], HOLD_SECONDS)

    def close(self) -> None:
        """See Consumer; what is held can be had again at once."""
        with suppress(Exception):
            for held_delivery in self.held.values():
                held_delivery.message.requeue()
        super().close()


def check(url: str) -> None:
    """See check_bus."""
    try:
        psycopg.connect(url.replace("pgmq://", "postgresql://", 1), connect_timeout=CHECK_SECONDS).close()
    except psycopg.Error as error:
        raise BusDown("connection") from error


make_publisher, make_consumer = EmbeddedPublisher, EmbeddedConsumer
