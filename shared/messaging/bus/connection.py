"""What both buses have in common: their interface, and the rule that one thread owns a connection."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from kombu import Connection
from kombu.exceptions import KombuError
from kombu.message import Message

from shared.messaging.messages import CONTENT_TYPE, Delivery

# No wait is endless: a broker may freeze with its sockets open.
CONNECT_SECONDS, ANSWER_SECONDS, CONFIRM_SECONDS = 3.0, 5.0, 5.0
HEARTBEAT_SECONDS = 20
PREFETCH = 10


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
    """A delivery that the bus keeps until it is acknowledged."""

    delivery: Delivery
    message: Message


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

    def done(self, held: HeldDelivery) -> None:
        """Acknowledges a delivery. Raises BusDown; then it is delivered again."""

    def heartbeat(self) -> None:
        """Keeps the connection and what is held alive while work goes on elsewhere. Raises BusDown."""

    def close(self) -> None:
        """Never raises. Unacknowledged deliveries are delivered again."""


class ThreadConnection:
    """A kombu connection that answers only to the thread and process that opened it."""

    # What a broken connection raises; AttributeError is what py-amqp says when its socket vanished under it.
    faults: tuple[type[BaseException], ...] = (KombuError, AttributeError)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._owner = current_thread()

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turns every fault of the connection into BusDown. Raises RuntimeError in another thread or after a fork."""
        if current_thread() != self._owner:
            raise RuntimeError("a bus connection belongs to the thread that opened it")
        try:
            yield
        except (*self.connection.connection_errors, *self.connection.channel_errors, *self.faults) as error:
            self.drop()
            raise BusDown(type(error).__name__) from error

    def drop(self) -> None:
        """Closes the socket without a protocol goodbye; never raises."""
        with suppress(Exception):
            self.connection.collect()

    def close(self) -> None:
        """Closes with the protocol's goodbye, unless another thread does so at exit; never raises."""
        with suppress(Exception):
            self.connection.release()
        self.drop()


def current_thread() -> tuple[int, int]:
    """This process and thread."""
    return os.getpid(), threading.get_ident()


def raw_bytes(body: object) -> bytes:
    """A body as bytes; the libraries give an empty one as text."""
    return body.encode() if isinstance(body, str) else bytes(body or b"")  # type: ignore[call-overload]
