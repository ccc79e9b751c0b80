"""Asks ClamAV's daemon about a file, by its INSTREAM command."""

import socket
import struct
from dataclasses import dataclass

from shared import deadline
from shared.errors import Unavailable
from shared.logs import log
from shared.settings.uploads import WAIT, ScannerSettings

CONNECT_SECONDS, ANSWER_SECONDS, SHORTEST_WAIT = 1.0, 6.0, 0.05
BLOCK, LIMIT_ANSWER = 1 << 16, 4096
LENGTH = struct.Struct("!I")


class ScannerDown(Exception):
    """The scanner gave no verdict: it is down, too slow, or refuses the file's size. This never means clean."""


@dataclass(frozen=True)
class Scanner:
    """A clamd at a socket of this machine or at a host and port."""

    settings: ScannerSettings

    @property
    def may_wait(self) -> bool:
        """Whether uploads are stored unread while there is no verdict."""
        return self.settings.when_down == WAIT

    def is_infected(self, data: bytes) -> bool:
        """The scanner's verdict. Raises ScannerDown without one."""
        try:
            with deadline.within(ANSWER_SECONDS), self._connect() as connection:
                _limit(connection)
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(data), BLOCK):
                    block = data[start : start + BLOCK]
                    _limit(connection)
                    connection.sendall(LENGTH.pack(len(block)) + block)
                connection.sendall(LENGTH.pack(0))
                answer = _answer(connection)
        except OSError as error:
            log().error("scanner", error=type(error).__name__)
            raise ScannerDown from error
        if answer == b"stream: OK":
            return False
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            return True
        log().error("scanner", error="no verdict")
        raise ScannerDown

    def check(self) -> None:
        """Raises Unavailable unless the scanner answers."""
        try:
            with deadline.within(ANSWER_SECONDS), self._connect() as connection:
                _limit(connection)
                connection.sendall(b"zPING\0")
                if _answer(connection) == b"PONG":
                    return
        except OSError as error:
            raise Unavailable("scanner_down") from error
        raise Unavailable("scanner_down")

    def _connect(self) -> socket.socket:
        if not self.settings.path:
            return socket.create_connection((self.settings.host, self.settings.port), CONNECT_SECONDS)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(self.settings.path)
        except OSError:
            connection.close()
            raise
        return connection


def _limit(connection: socket.socket) -> None:
    """Has the next step end with the deadline: a byte now and then must not start each wait anew."""
    connection.settimeout(max(deadline.remaining(), SHORTEST_WAIT))


def _answer(connection: socket.socket) -> bytes:
    answer = b""
    while len(answer) < LIMIT_ANSWER and not answer.endswith(b"\0"):
        if not deadline.remaining():
            raise TimeoutError
        _limit(connection)
        block = connection.recv(LIMIT_ANSWER)
        if not block:
            break
        answer += block
    return answer.rstrip(b"\0\n")
