"""A TCP proxy on loopback that stands between two real parts and makes one fault at a time."""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum


class Fault(Enum):
    """What happens to the bytes that the server sends back."""

    NONE = "none"
    SILENT = "silent"  # taken from both sides and passed on to nobody, as on a half-open connection
    CUT = "cut"  # closed in the middle of the answer
    RESET = "reset"  # reset as by a rebooted host
    DRIP = "drip"  # one byte every 0.2 s
    REFUSE = "refuse"  # new connections are closed at once


class FaultProxy:
    """Passes bytes on to the server, until a fault is set."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.server, self.fault = server, Fault.NONE
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Ends all connections."""
        self.fault = Fault.REFUSE
        for ended in (self.listener, *self.open):
            with contextlib.suppress(OSError):
                ended.shutdown(socket.SHUT_RDWR)
            ended.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.fault is Fault.REFUSE:
                    client.close()
                    continue
                server = socket.create_connection(self.server, 5)
                server.settimeout(None)
                self.open += [client, server]
                threading.Thread(target=self._pass, args=[client, server, False], daemon=True).start()
                threading.Thread(target=self._pass, args=[server, client, True], daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := receive(source):
                if self.fault is Fault.SILENT:
                    continue
                if answers and self.fault is not Fault.NONE:
                    self._spoil(data, target)
                else:
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def _spoil(self, data: bytes, target: socket.socket) -> None:
        match self.fault:
            case Fault.DRIP:
                for byte in data:
                    target.sendall(bytes([byte]))
                    time.sleep(0.2)
            case Fault.CUT:
                target.sendall(data[: len(data) // 2])
                target.shutdown(socket.SHUT_RDWR)
            case Fault.RESET:
                target.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                target.close()


def receive(source: socket.socket) -> bytes:
    """The next bytes. A thread that waits inside recv would keep the socket from being reset by another."""
    while not select.select([source], [], [], 0.05)[0]:
        pass
    return source.recv(1 << 16)


@contextmanager
def fault_proxy(host: str, port: int) -> Iterator[FaultProxy]:
    """A proxy to that address, for as long as the block lasts."""
    proxy = FaultProxy((host, port))
    try:
        yield proxy
    finally:
        proxy.close()
