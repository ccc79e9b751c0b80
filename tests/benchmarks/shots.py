"""Fires prepared HTTP requests over kept connections, from a process of its own whose CPU is counted apart."""

import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

READ_BYTES, SILENT_SECONDS = 65536, 30.0


@dataclass
class Sample:
    """What one window gave: operations that succeeded, in how many seconds, each one's latency in milliseconds.

    `own_cpu` is what the process that drove the window used itself, in seconds.
    """

    done: int
    seconds: float
    latencies: list[float]
    failed: Counter[str] = field(default_factory=Counter)
    own_cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Operations per second."""
        return self.done / self.seconds if self.seconds else 0.0


def request(method: str, path: str, port: int, token: str = "", body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def shoot(port: int, requests: Sequence[bytes], seconds: float, clients: int) -> Sample:
    """So many clients, each sending its next request when the last is answered. Raises RuntimeError when too few."""
    left, gathered = deque(requests), _Gathered()
    barrier = threading.Barrier(clients + 1)

    def work() -> None:
        with socket.create_connection(("127.0.0.1", port), SILENT_SECONDS) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            barrier.wait(SILENT_SECONDS)
            gathered.add(_fire(connection, left, time.perf_counter() + seconds))

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    barrier.wait(SILENT_SECONDS)
    began, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - began
    if not left:
        raise RuntimeError(f"{len(requests)} requests were too few for {seconds} s")
    return Sample(len(gathered.times), spent, gathered.times, gathered.failed, time.process_time() - cpu)


class _Gathered:
    """What all clients saw."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.failed: Counter[str] = Counter()
        self.lock = threading.Lock()

    def add(self, seen: list[tuple[str, float]]) -> None:
        with self.lock:
            self.times += [spent for status, spent in seen if status.startswith("2")]
            self.failed.update(status for status, _ in seen if not status.startswith("2"))


def fire(connection: socket.socket, left: deque[bytes]) -> Iterator[str]:
    """The status of one request after the other, until none is left."""
    while left:
        try:
            sent = left.popleft()
        except IndexError:
            return
        connection.sendall(sent)
        yield _answer(connection)


def _fire(connection: socket.socket, left: deque[bytes], until: float) -> list[tuple[str, float]]:
    seen = []
    while left and (began := time.perf_counter()) < until:
        try:
            sent = left.popleft()
        except IndexError:
            break
        connection.sendall(sent)
        status = _answer(connection)
        seen.append((status, (time.perf_counter() - began) * 1000))
    return seen


def _answer(connection: socket.socket) -> str:
    """Reads one answer whole; its status."""
    got = b""
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += _more(connection)
    head = got[:end].lower()
    at = head.index(b"content-length:") + len(b"content-length:")
    missing = int(head[at:].split(b"\r\n", 1)[0]) - (len(got) - end - 4)
    while missing > 0:
        missing -= len(_more(connection))
    return head[9:12].decode()


def _more(connection: socket.socket) -> bytes:
    piece = connection.recv(READ_BYTES)
    if not piece:
        raise ConnectionError("the server hung up")
    return piece


def rush(port: int, requests: Sequence[bytes], connections: int, answers: frozenset[str]) -> Sample:
    """All of them from one instant on, over so many connections; the latencies count from that instant."""
    left, lock = deque(requests), threading.Lock()
    answered, failed, barrier = list[float](), Counter[str](), threading.Barrier(connections + 1)
    opened = [0.0]

    def work() -> None:
        with socket.create_connection(("127.0.0.1", port), SILENT_SECONDS) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            barrier.wait(SILENT_SECONDS)
            for status in fire(connection, left):
                with lock:
                    if status in answers:
                        answered.append((time.perf_counter() - opened[0]) * 1000)
                    else:
                        failed[status] += 1

    threads = [threading.Thread(target=work, daemon=True) for _ in range(connections)]
    for thread in threads:
        thread.start()
    cpu, opened[0] = time.process_time(), time.perf_counter()
    barrier.wait(SILENT_SECONDS)
    for thread in threads:
        thread.join()
    return Sample(len(answered), time.perf_counter() - opened[0], answered, failed, time.process_time() - cpu)
