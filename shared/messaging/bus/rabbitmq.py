"""The bus in production: quorum queues, and publisher confirms waited for once per batch."""

import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import amqp
from kombu import Connection, Consumer, Queue
from kombu.message import Message
from kombu.transport import pyamqp

from shared.messaging.bus.connection import (
    ANSWER_SECONDS,
    CONFIRM_SECONDS,
    CONNECT_SECONDS,
    HEARTBEAT_SECONDS,
    PREFETCH,
    BusDown,
    HeldDelivery,
    OutgoingMessage,
    ThreadConnection,
    raw_bytes,
)
from shared.messaging.bus.topology import EXCHANGES, dead_exchange, dead_queue, inbox_queue, marker
from shared.messaging.messages import SENDERS_BY_LISTENER, Delivery

PERSISTENT = 2
# Readiness must be known within three seconds.
CHECK_SECONDS = 1.5
HEARTBEATS_PER_INTERVAL = 2


class RawMessage(pyamqp.Message):  # type: ignore[misc]
    """The body as it came: never inflated, whatever its headers ask for."""

    def __init__(self, msg: amqp.Message, channel: Any = None, **kwargs: Any) -> None:
        (msg.properties.get("application_headers") or {}).pop("compression", None)
        super().__init__(msg, channel=channel, **kwargs)


class _Rabbit(ThreadConnection):
    faults = (*ThreadConnection.faults, amqp.AMQPError)

    def __init__(self, url: str, me: str) -> None:
        self.me = me
        self.paused = False
        transport_options = {"on_blocked": self._pause, "on_unblocked": self._go_on}
        super().__init__(
            Connection(
                url, connect_timeout=CONNECT_SECONDS, heartbeat=HEARTBEAT_SECONDS, transport_options=transport_options
            )
        )
        with self.guard():
            self.connection.connect()
            # The limit of every answer we wait for; a frozen broker leaves its sockets open and silent.
            self.connection.connection.transport.sock.settimeout(ANSWER_SECONDS)
            self._declare()
            self.channel = self.connection.channel()

    def _declare(self) -> None:
        """All there is. Where we may not, definitions were loaded before us, and it is enough that they are there."""
        entities = [
            *EXCHANGES.values(),
            *(dead_exchange(listener) for listener in SENDERS_BY_LISTENER),
            *(dead_queue(listener) for listener in SENDERS_BY_LISTENER),
            *(inbox_queue(listener) for listener in SENDERS_BY_LISTENER),
        ]
        for entity in entities:
            with self.connection.channel() as channel:
                try:
                    entity(channel).declare()
                except amqp.AccessRefused:
                    self._check(entity.name)

    def _check(self, name: str) -> None:
        with self.connection.channel() as channel:
            if name.endswith((".inbox", ".dead")):
                channel.queue_declare(name, passive=True)
            else:
                channel.exchange_declare(name, "topic", passive=True)

    def drop(self) -> None:
        """See Owned."""
        self.paused = False
        super().drop()

    def _pause(self, _reason: str) -> None:
        self.paused = True

    def _go_on(self) -> None:
        self.paused = False

    def _drain(self, seconds: float) -> bool:
        """Whether anything was read; kombu's TimeoutError means silence, not a fault."""
        try:
            self.connection.drain_events(timeout=max(seconds, 0.0))
        except TimeoutError:
            return False
        return True

    def heartbeat(self, seconds: float = 0.0) -> None:
        """Reads what has come and sends a heartbeat when one is due."""
        with self.guard():
            if self._drain(seconds):
                while self._drain(0):
                    continue
            self.connection.heartbeat_check(rate=HEARTBEATS_PER_INTERVAL)


class RabbitPublisher(_Rabbit):
    """Each message persistent, mandatory and confirmed; acks are matched to them by their delivery tags."""

    def __init__(self, url: str, me: str) -> None:
        super().__init__(url, me)
        self.tag = 0
        self.unconfirmed: dict[int, str] = {}
        self.troubles: dict[str, str] = {}
        with self.guard():
            self.channel.confirm_select()
        self.channel.events["basic_ack"].add(self._on_ack)
        self.channel.events["basic_nack"].add(self._on_nack)
        self.channel.events["basic_return"].add(self._on_return)

    def publish(self, messages: Sequence[OutgoingMessage]) -> dict[str, str]:
        """See Publisher."""
        self.troubles = {}
        with self.guard():
            for outgoing in messages if not self.paused else ():
                self._send(outgoing)
            deadline = time.monotonic() + CONFIRM_SECONDS
            while self.unconfirmed or self.paused:
                if self.paused:
                    raise BusDown("paused", paused=True)
                if not self._drain(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    self.drop()
                    raise BusDown("confirm_timeout")
        return self.troubles

    def _send(self, outgoing: OutgoingMessage) -> None:
        self.tag += 1
        self.unconfirmed[self.tag] = outgoing.id
        properties = {"delivery_mode": PERSISTENT, "message_id": outgoing.id}
        message = self.channel.prepare_message(outgoing.raw, content_type=outgoing.content_type, properties=properties)
        self.channel.basic_publish(
            message, exchange=self.me, routing_key=outgoing.key, mandatory=True, timeout=ANSWER_SECONDS
        )

    def _confirmed(self, tag: int, multiple: bool) -> list[str]:
        tags = [candidate for candidate in self.unconfirmed if candidate <= tag] if multiple else [tag]
        return [self.unconfirmed.pop(candidate) for candidate in tags if candidate in self.unconfirmed]

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._confirmed(tag, multiple)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self.troubles.update(dict.fromkeys(self._confirmed(tag, multiple), "refused"))

    def _on_return(self, _error: Exception, _exchange: str, _key: str, message: amqp.Message) -> None:
        # Comes before the ack of the same message.
        self.troubles[str(message.properties.get("message_id"))] = "unroutable"

    def is_unknown(self) -> bool:
        """See Publisher."""
        with self.guard(), self.connection.channel() as channel:
            try:
                channel.exchange_declare(marker(self.me).name, "fanout", passive=True)
            except amqp.NotFound:
                return True
        return False

    def register(self) -> None:
        """See Publisher."""
        with self.guard(), self.connection.channel() as channel:
            marker(self.me)(channel).declare()


class RabbitConsumer(_Rabbit):
    """Hands over bytes: nothing is decoded, so nothing undecodable can be acknowledged unseen."""

    def __init__(self, url: str, me: str) -> None:
        super().__init__(url, me)
        self.arrived: deque[HeldDelivery] = deque()
        with self.guard():
            self.channel.auto_decode = False
            self.channel.Message = RawMessage
            self._consume(inbox_queue(me), given_up=False)
            self._consume(dead_queue(me), given_up=True)

    def _consume(self, queue: Queue, given_up: bool) -> None:
        def on_message(message: Message, _error: Exception | None = None) -> None:
            delivery_info = message.delivery_info
            raw, content_type = raw_bytes(message.body), message.content_type
            self.arrived.append(
                HeldDelivery(
                    Delivery(raw, delivery_info["exchange"], delivery_info["routing_key"], content_type, given_up),
                    message,
                )
            )

        Consumer(
            self.channel,
            [queue],
            on_message=on_message,
            on_decode_error=on_message,
            auto_declare=False,
            prefetch_count=PREFETCH,
        ).consume()

    def next(self, seconds: float) -> HeldDelivery | None:
        """See Consumer."""
        if not self.arrived:
            self.heartbeat(seconds)
        return self.arrived.popleft() if self.arrived else None

    def done(self, held_delivery: HeldDelivery) -> None:
        """See Consumer."""
        with self.guard():
            held_delivery.message.ack()


def check(url: str) -> None:
    """See check_bus. A greeting alone proves nothing: a broker that starts greets before it lets anybody in."""
    bus = ThreadConnection(Connection(url, connect_timeout=CHECK_SECONDS))
    bus.faults = _Rabbit.faults
    with bus.guard():
        bus.connection.connect()
    bus.close()


make_publisher, make_consumer = RabbitPublisher, RabbitConsumer
