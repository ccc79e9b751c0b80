"""What both buses have in common: their interface, and the rule that one thread owns a connection."""

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from shared.messaging.messages import CONTENT_TYPE, Delivery

# No wait is endless: a broker may freeze with its sockets open.
CONNECT_SECONDS, ANSWER_SECONDS, CONFIRM_SECONDS = 3.0, 5.0, 5.0
HEARTBEAT_SECONDS = 20
# What a consumer holds at most. No more than is applied before it is acknowledged.
PREFETCH = 50


class BusDown(Exception):
    """Whether anything sent meanwhile arrived is unknown. The connection is of no further use.

    `paused` when the bus is well but takes nothing for now, such as with a full disk.
    """

    def __init__(self, reason: str, paused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.paused = paused


@dataclass(frozen=True)
class OutgoingMessage:
    """A message to be published: its id, its routing key, its bytes."""

    id: str
    key: str
    raw: bytes
    content_type: str = CONTENT_TYPE


@dataclass(frozen=True)
class HeldDelivery:
    """A delivery that the bus keeps until it is acknowledged; `tag` is what the bus calls it."""

    delivery: Delivery
    tag: int


class Publisher(Protocol):
    """Sends on the exchange that bears our name."""

    @property
    def paused(self) -> bool:
        """Whether the bus has said that it takes nothing for now."""

    def publish(self, messages: Sequence[OutgoingMessage]) -> dict[str, str]:
        """Returns when the bus has each on disk; the result is an error code for each that it refused.

        Raises BusDown: then some may have arrived. Messages of one call may arrive in any order.
        """

    def is_unknown(self) -> bool:
        """Whether the bus does not know this service, as one that has lost its disk does not."""

    def register(self) -> None:
        """Marks the bus as knowing this service."""

    def heartbeat(self, seconds: float = 0.0) -> None:
        """Keeps an idle connection alive for so long. Raises BusDown when it is not."""

    def close(self) -> None:
        """Never raises."""


class Consumer(Protocol):
    """Receives all messages of the senders that a service listens to."""

    def next(self, seconds: float) -> HeldDelivery | None:
        """The next delivery, or None after `seconds` without one. Raises BusDown."""

    def next_batch(self, seconds: float) -> Sequence[HeldDelivery]:
        """What has come, PREFETCH deliveries at most; nothing after `seconds` without one. Raises BusDown."""

    def done(self, *held: HeldDelivery) -> None:
        """Acknowledges deliveries, all at once. Raises BusDown; then they are delivered again."""

    def heartbeat(self) -> None:
        """Keeps the connection and what is held alive while work goes on elsewhere. Raises BusDown."""

    def close(self) -> None:
        """Never raises. Unacknowledged deliveries are delivered again."""


class ThreadConnection(ABC):
    """A connection that answers only to the thread and process that opened it."""

    # What a broken connection raises.
    faults: tuple[type[BaseException], ...] = ()

    def __init__(self) -> None:
        self._owner = current_thread()

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turns every fault of the connection into BusDown. Raises RuntimeError in another thread or after a fork."""
        if current_thread() != self._owner:
            raise RuntimeError("a bus connection belongs to the thread that opened it")
        try:
            yield
        except self.faults as error:
            self.drop()
            raise BusDown(type(error).__name__) from error

    @abstractmethod
    def drop(self) -> None:
        """Closes the socket without a protocol goodbye; never raises."""


def current_thread() -> tuple[int, int]:
    """This process and thread."""
    return os.getpid(), threading.get_ident()
