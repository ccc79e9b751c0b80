"""The web server's worker with limits for clients that send slowly or stop sending, and for requests that wait.

Each of the few threads waits for one request at a time. Without limits eight connections that never finish a request
hold a whole server. A request that waited too long for a thread is refused at once: whoever sent it has perhaps gone,
and with every refusal the next ones wait less. Payments, health and the one request that takes a seat are refused last.
"""

import json
import math
import re
import socket
import time
from typing import Any

from gunicorn.util import write
from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker

from shared.errors import Unavailable, problem
from shared.fragments import LANGUAGES
from shared.i18n import language
from shared.logs import log

# Headers must be there by then; a body must go on at 1 KiB/s on average, which a phone on a 2G network does.
HEADER_SECONDS, BODY_SECONDS = 30.0, 900.0
WINDOW_SECONDS, WINDOW_BYTES = 20.0, 20 * 1024
FIRST_BYTE_SECONDS = 0.0
END_OF_HEADERS = b"\r\n\r\n"
# How long a request may have waited for a thread: any request while the server is overloaded, and always.
WAIT_SECONDS, URGENT_WAIT_SECONDS = 0.4, 5.0
# Waits are longer than that for so long without a break before the server counts as overloaded, and shorter for so
# long before it no longer does: a burst, or a machine that paused, is worked off.
STANDING_SECONDS = 2.0
URGENT = re.compile(r"^/(health|ready)$|/(pay|paid|payments|provider|webhook)(/|$)")
# When a release is rushed, everybody sends this one, and whoever is refused has lost their place in the order.
SEAT = re.compile(r"/applications/[^/]+/turn(/hold)?$")
# Refusals are counted in the log at most this often.
COUNT_SECONDS = 5.0
DRAIN_SECONDS = 0.2
OVERLOADED = "overloaded"


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
    """Threads as gunicorn has them, over bounded sockets, and admission by the time that a request has waited."""

    refused, counted_at = 0, -math.inf
    overloaded, late_since, late_until = False, math.inf, -math.inf

    def enqueue_req(self, conn: TConn) -> None:
        """Notes when the request began to wait for a thread."""
        conn.queued_at = time.monotonic()
        super().enqueue_req(conn)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Answers the request, or refuses it where it has waited too long."""
        longest = WAIT_SECONDS if self.overloaded and not is_urgent(req.method, req.path) else URGENT_WAIT_SECONDS
        if conn.waited <= longest:
            return super().handle_request(req, conn)
        write(conn.sock, refusal_for(dict(req.headers).get("ACCEPT", "")))
        # What is left unread would reset the connection before the client has read why.
        conn.parser.finish_body(deadline=time.monotonic() + DRAIN_SECONDS)
        self._count_refusal()
        return False

    def note_wait(self, waited: float, now: float) -> None:
        """Decides by the waits of late whether the server is overloaded."""
        if waited > WAIT_SECONDS:
            self.late_since, self.late_until = min(self.late_since, now), now
            self.overloaded = self.overloaded or now - self.late_since >= STANDING_SECONDS
        elif not self.overloaded or now - self.late_until >= STANDING_SECONDS:
            self.overloaded, self.late_since = False, math.inf

    def _count_refusal(self) -> None:
        self.refused += 1
        if time.monotonic() - self.counted_at > COUNT_SECONDS:
            log().warning(OVERLOADED, refused=self.refused)
            self.refused, self.counted_at = 0, time.monotonic()

    def handle(self, conn: TConn) -> Any:
        """Reads one request and answers it; a connection that says nothing yet takes no thread."""
        if not conn.initialized and not conn.wait_for_data(FIRST_BYTE_SECONDS):
            return _DEFER
        if not isinstance(conn.sock, BoundedSocket):
            plain = conn.sock
            conn.sock = BoundedSocket(plain.family, plain.type, plain.proto, plain.detach())
        conn.sock.start_request()
        # Before the headers are read, which a slow client sends slowly.
        now = time.monotonic()
        conn.waited = now - conn.queued_at
        self.note_wait(conn.waited, now)
        return super().handle(conn)


def is_urgent(method: str, path: str) -> bool:
    """Whether a request waits longer than others before an overloaded server refuses it."""
    return URGENT.search(path) is not None or (method == "POST" and SEAT.search(path) is not None)


def refusal_for(accept: str) -> bytes:
    """A whole answer with status 503: a page in every language for people, a problem for programs."""
    refusal = Unavailable(OVERLOADED)
    if "text/html" in accept:
        texts = ((code, language(code).text(f"refusal.{OVERLOADED}")) for code in LANGUAGES)
        paragraphs = (f'<p lang="{code}" dir="auto">{text}</p>' for code, text in texts)
        kind, body = "text/html; charset=utf-8", f"<!doctype html><title>503</title>{''.join(paragraphs)}"
    else:
        kind, body = "application/problem+json", json.dumps(problem(refusal))
    content = body.encode()
    head = (
        "HTTP/1.1 503 Service Unavailable",
        f"Retry-After: {Unavailable.retry_after}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(content)}",
        "Cache-Control: no-store",
        "Connection: close",
    )
    return "\r\n".join(head).encode() + END_OF_HEADERS + content
