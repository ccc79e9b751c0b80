"""Connections whose questions and answers are whole by the deadline of the work that waits for them.

A limit for each read alone is none: a byte now and then would start each wait anew.
"""

import socket
import ssl
from typing import Any

import urllib3

from shared import deadline

LONGEST_WAIT = 10.0


class _Bounded:
    """Ends every wait of a socket with the deadline, or with the socket's own limit where that comes first."""

    limit: float | None = LONGEST_WAIT

    def settimeout(self, value: float | None) -> None:
        """The limit of each wait; None leaves only the deadline."""
        self.limit = value
        super().settimeout(value)  # type: ignore[misc]

    def recv_into(self, *words: Any, **named: Any) -> int:
        """Raises TimeoutError after the deadline."""
        self._set_limit()
        received: int = super().recv_into(*words, **named)  # type: ignore[misc]
        return received

    def send(self, *words: Any, **named: Any) -> int:
        """Raises TimeoutError after the deadline."""
        self._set_limit()
        sent: int = super().send(*words, **named)  # type: ignore[misc]
        return sent

    def sendall(self, *words: Any, **named: Any) -> None:
        """Raises TimeoutError after the deadline."""
        self._set_limit()
        super().sendall(*words, **named)  # type: ignore[misc]

    def _set_limit(self) -> None:
        remaining = deadline.remaining()
        if not remaining:
            raise TimeoutError
        limit = LONGEST_WAIT if self.limit is None else self.limit
        super().settimeout(min(limit, remaining))  # type: ignore[misc]


class DeadlineSocket(_Bounded, socket.socket):
    """A plain connection."""


class DeadlineTlsSocket(_Bounded, ssl.SSLSocket):
    """A connection under TLS."""


def bounded(connected: socket.socket) -> DeadlineSocket:
    """The same connection, whose waits end with the deadline."""
    taken = DeadlineSocket(connected.family, connected.type, connected.proto, connected.detach())
    taken.settimeout(LONGEST_WAIT)
    return taken


class DeadlineConnection(urllib3.connection.HTTPConnection):
    """Over a plain connection."""

    def _new_conn(self) -> socket.socket:
        return bounded(super()._new_conn())


class DeadlinePool(urllib3.HTTPConnectionPool):
    """Connections to one address."""

    ConnectionCls = DeadlineConnection


def tls_context() -> ssl.SSLContext:
    """The machine's roots, and sockets that end with the deadline."""
    context = ssl.create_default_context()
    context.sslsocket_class = DeadlineTlsSocket
    return context


def bind_to_deadline(manager: urllib3.PoolManager) -> None:
    """Has a manager open such connections only; those under TLS need `tls_context` as well."""
    manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "http": DeadlinePool}
