"""The web server's worker with limits for clients that send slowly or stop sending.

Each of the few threads waits for one request at a time. Without limits eight connections that never finish a request
hold a whole server.
"""

import math
import socket
import time
from typing import Any

from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker

# Headers must be there by then; a body must go on at 1 KiB/s on average, which a phone on a 2G network does.
HEADER_SECONDS, BODY_SECONDS = 30.0, 900.0
WINDOW_SECONDS, WINDOW_BYTES = 20.0, 20 * 1024
FIRST_BYTE_SECONDS = 0.01
END_OF_HEADERS = b"\r\n\r\n"


class BoundedSocket(socket.socket):
    """A client's connection whose request must arrive in time. Raises ConnectionResetError when it does not."""

    def start_request(self) -> None:
        """The next bytes belong to a new request."""
        now = time.monotonic()
        self.last_bytes, self.in_body = b"", False
        self.ends, self.window_ends, self.window_bytes = now + HEADER_SECONDS, math.inf, 0

    def recv(self, size: int, flags: int = 0) -> bytes:
        """As a plain socket's, within the limits."""
        limit = min(self.ends, self.window_ends) - time.monotonic()
        try:
            # Checked first, as data that is there already would be read whatever the limit.
            if limit <= 0:
                raise TimeoutError
            self.settimeout(limit)
            received = super().recv(size, flags)
        except TimeoutError:
            raise ConnectionResetError("the client sends too slowly") from None
        finally:
            self.settimeout(None)
        self._count(received)
        return received

    def _count(self, received: bytes) -> None:
        now = time.monotonic()
        if not self.in_body:
            seen = self.last_bytes + received
            self.last_bytes = seen[1 - len(END_OF_HEADERS) :]
            if END_OF_HEADERS not in seen:
                return
            self.in_body, self.ends = True, now + BODY_SECONDS
            self.window_ends = now + WINDOW_SECONDS
        self.window_bytes += len(received)
        if self.window_bytes >= WINDOW_BYTES:
            self.window_ends, self.window_bytes = now + WINDOW_SECONDS, 0


class BoundedWorker(ThreadWorker):  # type: ignore[misc]
    """Threads as gunicorn has them, over bounded sockets."""

    def handle(self, conn: TConn) -> Any:
        """Reads one request and answers it; a connection that says nothing yet takes no thread."""
        if not conn.initialized and not conn.wait_for_data(FIRST_BYTE_SECONDS):
            return _DEFER
        if not isinstance(conn.sock, BoundedSocket):
            plain = conn.sock
            conn.sock = BoundedSocket(plain.family, plain.type, plain.proto, plain.detach())
        conn.sock.start_request()
        return super().handle(conn)
