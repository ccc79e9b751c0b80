"""The bus alone: the same bytes published and heard, with no outbox before it and no inbox behind it.

Runs in processes of its own, under names of its own, so that the platform's workers never hear of it.
"""

import os
import time
from collections.abc import Sequence

from kombu import Exchange

from shared.messaging.bus import Consumer, OutgoingMessage, Publisher, connect_consumer, connect_publisher
from shared.messaging.bus.topology import EXCHANGES
from shared.messaging.messages import SENDERS_BY_LISTENER
from shared.messaging.relay import BATCH

SENDER = "floor_sender"
HEARERS = ("floor_first", "floor_second")
SILENT_SECONDS = 60.0

_publishers: dict[str, Publisher] = {}
_consumers: dict[tuple[str, str], Consumer] = {}


def rename() -> None:
    """Gives this process another set of exchanges and queues; one sender, heard by two, as consular is."""
    SENDERS_BY_LISTENER.clear()
    SENDERS_BY_LISTENER.update(dict.fromkeys(HEARERS, (SENDER,)))
    EXCHANGES.clear()
    EXCHANGES[SENDER] = Exchange(SENDER, type="topic", durable=True)


def pid() -> int:
    """Whose CPU to count."""
    return os.getpid()


def say(url: str, letters: Sequence[OutgoingMessage], per_second: float = 0.0) -> dict[str, float]:
    """Publishes in the relay's batches, or one by one at a steady pace; when each was handed to the bus."""
    publisher = _publishers.get(url) or _publishers.setdefault(url, connect_publisher(url, SENDER))
    began, said = time.time(), dict[str, float]()
    size = 1 if per_second else BATCH
    for start in range(0, len(letters), size):
        if per_second:
            time.sleep(max(0.0, began + start / per_second - time.time()))
        batch = letters[start : start + size]
        said.update(dict.fromkeys((letter.id for letter in batch), time.time()))
        if troubles := publisher.publish(batch):
            raise RuntimeError(f"not published: {troubles}")
    return said


def ready(url: str, me: str) -> None:
    """Connected, and all left over from before heard."""
    consumer = _consumers.get((url, me)) or _consumers.setdefault((url, me), connect_consumer(url, me))
    while held := consumer.next(0.2):
        consumer.done(held)


def consume(url: str, me: str, count: int) -> list[tuple[bytes, float]]:
    """So many messages, each with the moment the bus was told to forget it."""
    consumer = _consumers[url, me]
    heard: list[tuple[bytes, float]] = []
    give_up = time.monotonic() + SILENT_SECONDS
    while len(heard) < count and time.monotonic() < give_up:
        held = consumer.next(1.0)
        if held:
            consumer.done(held)
            heard.append((held.delivery.raw, time.time()))
    return heard
