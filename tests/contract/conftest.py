"""Both buses, real, behind one fixture: what holds for one must hold for the other."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import amqp
import psycopg
import pytest
from kombu import Connection

from deploy.dev.servers.broker import Broker, available
from shared.messaging.bus import Consumer, HeldDelivery, OutgoingMessage, Publisher, connect_consumer, connect_publisher
from shared.messaging.messages import SENDERS_BY_LISTENER

LIMIT = 120.0
LISTENERS = tuple(SENDERS_BY_LISTENER)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A RabbitMQ of this test run."""
    if not available():
        pytest.skip("RabbitMQ is not installed")
    with Broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@dataclass
class Bus:
    """One of the two, with what tests may do to it and services may not."""

    kind: str
    url: str

    def publisher(self, me: str) -> Publisher:
        """A connection to send on."""
        return connect_publisher(self.url, me)

    def consumer(self, me: str) -> Consumer:
        """A connection to listen on."""
        return connect_consumer(self.url, me)

    def purge(self) -> None:
        """Empties every queue, held messages included; all of them stand afterwards."""
        connect_publisher(self.url, "consular").close()
        if self.kind == "embedded":
            self.run("; ".join(f"SELECT pgmq.purge_queue('{listener}_inbox')" for listener in LISTENERS))
        else:
            self.command(empty_queues)

    def has_delivered(self, listener: str) -> bool:
        """Whether nothing waits for a listener, nor for the return of what a dead one held."""
        if self.kind == "embedded":
            with psycopg.connect(self.url.replace("pgmq", "postgresql", 1)) as connection:
                return connection.execute(f"SELECT FROM pgmq.q_{listener}_inbox".encode()).fetchone() is None
        waiting: list[int] = []
        self.command(lambda channel: waiting.append(channel.queue_declare(f"{listener}.inbox", passive=True)[1]))
        return waiting == [0]

    def unbind(self, listener: str) -> None:
        """As an operator's slip would: the queue is gone."""
        if self.kind == "embedded":
            self.run(f"SELECT pgmq.drop_queue('{listener}_inbox')")
        else:
            self.command(lambda channel: channel.queue_delete(f"{listener}.inbox"))

    def run(self, statement: str) -> None:
        """SQL, in the queues' database."""
        with psycopg.connect(self.url.replace("pgmq", "postgresql", 1), autocommit=True) as connection:
            connection.execute(statement)

    def command(self, act: Callable[[amqp.Channel], object]) -> None:
        """Something on a channel of its own."""
        with Connection(self.url) as connection, connection.channel() as channel:
            act(channel)


def empty_queues(channel: amqp.Channel) -> None:
    """Every queue of the broker."""
    for listener in LISTENERS:
        for queue in (f"{listener}.inbox", f"{listener}.dead"):
            channel.queue_purge(queue)


@pytest.fixture(params=["embedded", "rabbit"], ids=["embedded", "rabbitmq"])
def bus(request: pytest.FixtureRequest) -> Bus:
    """Each bus in turn, with all queues empty."""
    each: Bus = request.getfixturevalue(request.param)
    return each


@pytest.fixture
def embedded(urls: dict[str, str]) -> Bus:
    """The queues in PostgreSQL."""
    ready = Bus("embedded", urls["bus"].replace("postgresql+psycopg", "pgmq"))
    ready.purge()
    return ready


@pytest.fixture
def rabbit(broker: Broker) -> Bus:
    """The broker."""
    ready = Bus("rabbitmq", broker.url)
    ready.purge()
    return ready


def take(consumer: Consumer, limit: float = LIMIT) -> HeldDelivery:
    """What comes next; fails after the limit."""
    give_up = time.monotonic() + limit
    while time.monotonic() < give_up:
        held = consumer.next(0.2)
        if held:
            return held
    raise AssertionError("nothing came")


def take_batch(consumer: Consumer, limit: float = LIMIT) -> Sequence[HeldDelivery]:
    """What comes next, several at once; fails after the limit."""
    give_up = time.monotonic() + limit
    while time.monotonic() < give_up:
        if batch := consumer.next_batch(0.2):
            return batch
    raise AssertionError("nothing came")


def nothing_comes(consumer: Consumer) -> bool:
    """Whether the queue is empty; what was sent before is there at once on both buses."""
    return consumer.next(0.3) is None


def letter(
    raw: bytes = b"{}", key: str = "fee.settled", number: int = 1, content_type: str = "application/json"
) -> OutgoingMessage:
    """A letter with a telling id."""
    return OutgoingMessage(f"00000000-0000-4000-8000-{number:012d}", key, raw, content_type)
