"""Requests at a given rate, whether they are answered or not: what people do, as against clients that wait."""

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

SENDERS = 192


@dataclass(frozen=True)
class Answer:
    """When it was due, relative to the beginning; how long it took from then; its status, 0 for none."""

    due: float
    seconds: float
    status: int
    retry_after: bool


@dataclass
class Run:
    """What came of a number of seconds at a rate."""

    seconds: float
    answers: list[Answer] = field(default_factory=list)

    @property
    def good(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.status == 200]

    @property
    def goodput(self) -> float:
        """Good answers per second."""
        return len(self.good) / self.seconds

    def p95(self) -> float:
        """Of good answers, in seconds."""
        times = sorted(answer.seconds for answer in self.good)
        return times[int(len(times) * 0.95)] if times else float("inf")


def at_rate(port: int, path: str, headers: Callable[[], dict[str, str]], rate: float, seconds: float) -> Run:
    """Each request is sent when it is due, by whichever sender is free; a late sender counts as waiting."""
    run, lock, began = Run(seconds), threading.Lock(), time.monotonic()
    total, taken = int(rate * seconds), iter(range(int(rate * seconds)))
    assert total

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        while True:
            with lock:
                number = next(taken, None)
            if number is None:
                connection.close()
                return
            due = number / rate
            time.sleep(max(0.0, began + due - time.monotonic()))
            answer = ask(connection, path, headers(), began, due)
            with lock:
                run.answers.append(answer)

    senders = [threading.Thread(target=send, daemon=True) for _ in range(min(SENDERS, total))]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(seconds + 60)
    return run


def ask(connection: http.client.HTTPConnection, path: str, headers: dict[str, str], began: float, due: float) -> Answer:
    """One request on a kept connection."""
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        status, retry = response.status, "Retry-After" in response.headers
    except (OSError, http.client.HTTPException):
        connection.close()
        status, retry = 0, False
    return Answer(due, time.monotonic() - began - due, status, retry)
