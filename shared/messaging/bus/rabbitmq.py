"""The bus in production: quorum queues, and publisher confirms waited for once per batch."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice

import amqp
from kombu import Connection
from kombu.exceptions import KombuError

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
)
from shared.messaging.bus.frames import transport_of
from shared.messaging.bus.topology import EXCHANGES, dead_exchange, dead_queue, inbox_queue, marker
from shared.messaging.messages import SENDERS_BY_LISTENER, Delivery

PERSISTENT = 2
# Readiness must be known within three seconds.
CHECK_SECONDS = 1.5
HEARTBEATS_PER_INTERVAL = 2


class _Rabbit(ThreadConnection):
    def __init__(self, url: str, me: str) -> None:
        super().__init__()
        self.me = me
        self.paused = False
        transport_options = {"on_blocked": self._pause, "on_unblocked": self._go_on}
        self.connection = Connection(
            url,
            transport=transport_of(url),
            connect_timeout=CONNECT_SECONDS,
            heartbeat=HEARTBEAT_SECONDS,
            transport_options=transport_options,
        )
        self.faults = faults_of(self.connection)
        with self.guard():
            connect(self.connection)
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
        channel = self.connection.channel()
        for entity in entities:
            try:
                entity(channel).declare()
            except amqp.AccessRefused:
                # A refusal closes the channel.
                self._check(entity.name)
                channel = self.connection.channel()
        channel.close()

    def _check(self, name: str) -> None:
        with self.connection.channel() as channel:
            if name.endswith((".inbox", ".dead")):
                channel.queue_declare(name, passive=True)
            else:
                channel.exchange_declare(name, "topic", passive=True)

    def drop(self) -> None:
        """See ThreadConnection."""
        self.paused = False
        with suppress(Exception):
            self.connection.collect()

    def close(self) -> None:
        """Closes with the protocol's goodbye, unless another thread does so at exit; never raises."""
        with suppress(Exception):
            self.connection.release()
        self.drop()

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
    """Hands over bytes: nothing is decoded or inflated, so nothing undecodable can be acknowledged unseen."""

    def __init__(self, url: str, me: str) -> None:
        super().__init__(url, me)
        self.arrived: deque[HeldDelivery] = deque()
        # Tags in the order in which they were given.
        self.unacknowledged: dict[int, None] = {}
        with self.guard():
            self.channel.auto_decode = False
            # For each consumer by itself: limits of a whole channel are refused by quorum queues.
            self.channel.basic_qos(0, PREFETCH, False)
            self._consume(inbox_queue(me).name, given_up=False)
            self._consume(dead_queue(me).name, given_up=True)

    def _consume(self, queue: str, given_up: bool) -> None:
        def on_message(message: amqp.Message) -> None:
            info = message.delivery_info
            raw, content_type = as_bytes(message.body), message.properties.get("content_type")
            delivery = Delivery(raw, info["exchange"], info["routing_key"], content_type, given_up)
            self.unacknowledged[info["delivery_tag"]] = None
            self.arrived.append(HeldDelivery(delivery, info["delivery_tag"]))

        self.channel.basic_consume(queue, callback=on_message)

    def next(self, seconds: float) -> HeldDelivery | None:
        """See Consumer."""
        if not self.arrived:
            self.heartbeat(seconds)
        return self.arrived.popleft() if self.arrived else None

    def next_batch(self, seconds: float) -> Sequence[HeldDelivery]:
        """See Consumer."""
        if not self.arrived:
            self.heartbeat(seconds)
        return [self.arrived.popleft() for _ in range(min(PREFETCH, len(self.arrived)))]

    def done(self, *held: HeldDelivery) -> None:
        """See Consumer. One acknowledgement covers all earlier deliveries, unless one of them is not done yet."""
        if not held:
            return
        tags = {one.tag for one in held}
        earlier = list(islice(self.unacknowledged, len(tags)))
        with self.guard():
            if set(earlier) == tags:
                self.channel.basic_ack(earlier[-1], multiple=True)
            else:
                for tag in sorted(tags):
                    self.channel.basic_ack(tag)
        for tag in tags:
            self.unacknowledged.pop(tag, None)


def as_bytes(body: object) -> bytes:
    """A body as bytes; the library gives an empty one as text."""
    return body.encode() if isinstance(body, str) else bytes(body or b"")  # type: ignore[call-overload]


def faults_of(connection: Connection) -> tuple[type[BaseException], ...]:
    """What a broken connection raises; AttributeError is what py-amqp says when its socket vanished under it."""
    return (
        *connection.connection_errors,
        *connection.channel_errors,
        KombuError,
        amqp.AMQPError,
        AttributeError,
    )


def connect(connection: Connection) -> None:
    """Opens it at the first of its hosts that answers. kombu's own way waits and tries all of them again."""
    connection.ensure_connection(max_retries=max(len(connection.alt) - 1, 0), reraise_as_library_errors=False)


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """A connection for one question, closed afterwards. Raises BusDown where the broker does not answer."""
    connection = Connection(url, transport=transport_of(url), connect_timeout=CHECK_SECONDS)
    try:
        connect(connection)
        yield connection
    except faults_of(connection) as error:
        raise BusDown(type(error).__name__) from error
    finally:
        with suppress(Exception):
            connection.release()
        with suppress(Exception):
            connection.collect()


def check(url: str) -> None:
    """See check_bus. A greeting alone proves nothing: a broker that starts greets before it lets anybody in."""
    with opened(url):
        pass


def queue_length(url: str, listener: str) -> int:
    """See bus.queue_length. A queue that nobody has declared yet is empty."""
    with opened(url) as connection:
        try:
            declared = connection.default_channel.queue_declare(f"{listener}.inbox", passive=True)
        except amqp.NotFound:
            return 0
        return int(declared.message_count)


make_publisher, make_consumer = RabbitPublisher, RabbitConsumer
