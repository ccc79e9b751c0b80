"""Has files decoded by the decoding process, a few at once, each within its time."""

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from services.consular.uploads import rules
from services.consular.uploads.decoding.confinement import WALL_SECONDS
from services.consular.uploads.decoding.result import LENGTH, Decoded, Fault, File, unpack
from shared import deadline
from shared.errors import Unavailable

ROOT = Path(__file__).parents[4]
MODULE = "services.consular.uploads.decoding.server"
AT_ONCE, START_SECONDS = 2, 20.0
SHORTEST_WAIT = 0.05
# A PDF of fifty drawn pages; anything larger is no answer.
LIMIT_ANSWER, BLOCK = 48 * 1024 * 1024, 1 << 16
# The children's libraries read these and nothing else; above all no secret is handed on.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    # Each arena of the allocator takes a part of the memory limit.
    "MALLOC_ARENA_MAX": "1",
}


class DecodingServer:
    """The decoding process of this process; it is started with the first file, and again after a fork or its end."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.places = threading.BoundedSemaphore(AT_ONCE)
        self.control: socket.socket | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = 0

    def ask(self, verb: bytes, number: int, data: bytes) -> Decoded:
        """The decoded file. Raises Fault; Unavailable when too many files wait or the process cannot be started."""
        if not self.places.acquire(timeout=_remaining(START_SECONDS)):
            raise Unavailable("decoding_busy")
        try:
            return self._ask(verb + number.to_bytes(2, "big") + data)
        finally:
            self.places.release()

    def _ask(self, request: bytes) -> Decoded:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                child = self._hand_over(theirs)
            until = time.monotonic() + _remaining(WALL_SECONDS)
            try:
                answer = _exchange(ours, request, until)
            except TimeoutError as error:
                # Its processor time would have ended it: the machine has too much to do, and the file no fault.
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(child, signal.SIGKILL)
                raise Unavailable("decoding_busy") from error
            except (BrokenPipeError, ConnectionResetError):
                answer = b""
        if not answer:
            raise Fault("file_too_complex")
        try:
            return unpack(answer)
        except (ValueError, KeyError, TypeError) as error:
            raise Fault("file_unreadable") from error

    def _hand_over(self, end: socket.socket) -> int:
        """Gives one end of a connection to a new confined process; its number."""
        if not self.lock.acquire(timeout=_remaining(START_SECONDS)):
            raise Unavailable("decoding_busy")
        try:
            for attempt in range(2):
                try:
                    control = self._started(again=attempt > 0)
                    control.settimeout(_remaining(START_SECONDS))
                    socket.send_fds(control, [b"!"], [end.fileno()])
                    if reply := control.recv(LENGTH.size):
                        return int(LENGTH.unpack(reply)[0])
                except OSError:
                    continue
            # A reply that comes later would be taken for the next file's.
            self.stop()
        finally:
            self.lock.release()
        raise Unavailable("decoding_down")

    def _started(self, *, again: bool) -> socket.socket:
        if self.control and self.owner == os.getpid() and not again:
            return self.control
        self.stop()
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", MODULE, str(theirs.fileno())],
                env=ENVIRONMENT,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.control, self.owner = ours, os.getpid()
        return ours

    def stop(self) -> None:
        """Ends the decoding process; one that belongs to the process before a fork is left to it."""
        if self.control:
            self.control.close()
            self.control = None
        if self.process and self.owner == os.getpid():
            self.process.kill()
            self.process.wait()
        self.process = None


def _remaining(limit: float) -> float:
    """Seconds to wait: no longer than the request that waits for the file."""
    return max(min(limit, deadline.remaining()), SHORTEST_WAIT)


def _exchange(connection: socket.socket, request: bytes, until: float) -> bytes:
    connection.settimeout(max(until - time.monotonic(), SHORTEST_WAIT))
    connection.sendall(request)
    connection.shutdown(socket.SHUT_WR)
    received = bytearray()
    while len(received) <= LIMIT_ANSWER:
        connection.settimeout(max(until - time.monotonic(), SHORTEST_WAIT))
        block = connection.recv(BLOCK)
        if not block:
            return bytes(received)
        received += block
    return b""


def start() -> None:
    """Starts the decoding process before the first file comes. Raises OSError."""
    with _server.lock:
        _server._started(again=False)


_server = DecodingServer()
atexit.register(_server.stop)


def decode(data: bytes) -> Decoded:
    """The files made of an upload. Raises Fault, Unavailable."""
    return _server.ask(b"D", 0, data)


def draw_page(pdf: bytes, number: int) -> File:
    """A page of a stored PDF as a picture. Raises Fault, Unavailable."""
    if not 1 <= number <= rules.LIMIT_PAGES:
        raise Fault("file_unreadable")
    return _server.ask(b"P", number, pdf).files[0]
