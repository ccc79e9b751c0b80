"""The courier between services: RabbitMQ, or queues in PostgreSQL, behind the same two small faces.

The database is the truth and the bus may be wiped at any time. Every connection belongs to one thread of one process,
and after any error it is thrown away: what was said on it before proves nothing about what comes after.
"""

from types import ModuleType

from shared.messaging.bus.connection import BusDown, Consumer, HeldDelivery, OutgoingMessage, Publisher

__all__ = [
    "BusDown",
    "Consumer",
    "HeldDelivery",
    "OutgoingMessage",
    "Publisher",
    "check_bus",
    "connect_consumer",
    "connect_publisher",
    "queue_length",
]


def connect_publisher(url: str, me: str) -> Publisher:
    """A connection to send on, for the calling thread alone. Raises BusDown."""
    publisher: Publisher = _bus(url).make_publisher(url, me)
    return publisher


def connect_consumer(url: str, me: str) -> Consumer:
    """A connection that hears what the service `me` listens to, for the calling thread alone. Raises BusDown."""
    consumer: Consumer = _bus(url).make_consumer(url, me)
    return consumer


def check_bus(url: str) -> None:
    """Raises BusDown unless the bus takes a connection. It waits for its connection's limits, no longer."""
    _bus(url).check(url)


def queue_length(url: str, listener: str) -> int:
    """How many messages wait in a listener's queue. Raises BusDown."""
    length: int = _bus(url).queue_length(url, listener)
    return length


def _bus(url: str) -> ModuleType:
    # Each brings libraries of its own, and a process needs one of the two.
    if url.startswith("pgmq://"):
        from shared.messaging.bus import embedded

        return embedded
    from shared.messaging.bus import rabbitmq

    return rabbitmq
