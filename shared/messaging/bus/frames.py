"""AMQP frames arrive in time or not at all: py-amqp limits the wait for bytes, and a slow peer always sends some."""

import time
from typing import Any

from kombu.transport import pyamqp

from shared.messaging.bus.connection import ANSWER_SECONDS


class TimedConnection(pyamqp.Connection):  # type: ignore[misc]
    """A connection that breaks when a frame takes too long."""

    def Transport(self, *arguments: Any, **options: Any) -> Any:
        """The library's, with a look at the clock whenever bytes arrive."""
        transport = super().Transport(*arguments, **options)
        limit_frames(transport)
        return transport


class Transport(pyamqp.Transport):  # type: ignore[misc]
    """kombu's, with our connection."""

    Connection = TimedConnection


class SSLTransport(pyamqp.SSLTransport):  # type: ignore[misc]
    """The same over TLS."""

    Connection = TimedConnection


def transport_of(url: str) -> type[pyamqp.Transport]:
    """The transport for an address."""
    return SSLTransport if url.startswith("amqps") else Transport


def limit_frames(transport: Any) -> None:
    """Has the transport raise OSError when more than ANSWER_SECONDS lie between a frame's first bytes and its last."""
    read_frame, set_up = transport.read_frame, transport._setup_transport
    began: list[float] = []

    def set_up_and_watch() -> None:
        set_up()
        receive = transport._quick_recv

        def receive_in_time(size: int) -> bytes:
            received: bytes = receive(size)
            if not began:
                began.append(time.monotonic())
            if time.monotonic() - began[0] > ANSWER_SECONDS:
                raise OSError("the frame takes too long")
            return received

        transport._quick_recv = receive_in_time

    def read_whole_frame(*arguments: Any) -> Any:
        frame = read_frame(*arguments)
        began.clear()
        return frame

    transport._setup_transport, transport.read_frame = set_up_and_watch, read_whole_frame
