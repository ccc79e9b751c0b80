"""The courier between services: RabbitMQ, or queues in PostgreSQL, behind the same two small faces.

The database is the truth and the bus may be wiped at any time. Every connection belongs to one thread of one process,
and after any error it is thrown away: what was said on it before proves nothing about what comes after.
"""

from shared.bus.connection import BusDown, Consumer, Held, Letter, Publisher
from shared.bus.embedded import EmbeddedConsumer, EmbeddedPublisher
from shared.bus.rabbitmq import RabbitConsumer, RabbitPublisher

__all__ = ["BusDown", "Consumer", "Held", "Letter", "Publisher", "connect_consumer", "connect_publisher"]


def connect_publisher(url: str, me: str) -> Publisher:
    """A connection to send on, for the calling thread alone. Raises BusDown."""
    return EmbeddedPublisher(url, me) if url.startswith("pgmq://") else RabbitPublisher(url, me)


def connect_consumer(url: str, me: str) -> Consumer:
    """A connection that hears what the service `me` listens to, for the calling thread alone. Raises BusDown."""
    return EmbeddedConsumer(url, me) if url.startswith("pgmq://") else RabbitConsumer(url, me)
