"""Stands in for ministries on the bus: receives letters, fetches them, deposits replies, and announces them.

It stores nothing. A letter stays with the bus until its reply is announced. After a crash the letter comes again and
the reply is the same, because the number of its message follows from the letter.
"""

import os
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid5

import requests

from deploy.demo.sandbox.findings import CONNECTED, finding
from shared.identity.actor import MINISTRIES, partner_token
from shared.identity.crypto import Keys
from shared.logs import log, start_logs
from shared.messaging.bus import (
    BusDown,
    Consumer,
    HeldDelivery,
    OutgoingMessage,
    Publisher,
    connect_consumer,
    connect_publisher,
)
from shared.messaging.messages import Envelope, UnreadableMessage, decode, encode
from shared.messaging.retries import reconnect_delay
from shared.production import StartRefused, is_demo

ANSWER_AFTER_SECONDS, AGAIN_SECONDS, LOOK_SECONDS = 2.0, 2.0, 0.5
TIMEOUT_SECONDS = 10.0
FINAL = (404, 422)


class NotNow(Exception):
    """The mission does not answer; the letter is tried again."""


class NeverMind(Exception):
    """The mission does not know the letter, or will not have the answer; asking again would change nothing."""


class Mission(Protocol):
    """The two requests a partner may make."""

    def fetch(self, code: str) -> dict[str, Any]: ...
    def deposit(self, code: str, reply: Mapping[str, Any]) -> None: ...


@dataclass
class MissionOverHttp:
    """The mission at its address, asked with the partner's own key. Raises NotNow while it cannot be had, NeverMind."""

    url: str
    keys: Keys

    def fetch(self, code: str) -> dict[str, Any]:
        letter: dict[str, Any] = self._ask("GET", f"/letters/{code}").json()
        return letter

    def deposit(self, code: str, reply: Mapping[str, Any]) -> None:
        self._ask("POST", f"/letters/{code}/reply", dict(reply))

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {partner_token(self.keys, 'consular')}"}
        try:
            answer = requests.request(method, self.url + path, json=body, headers=headers, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as gone:
            raise NotNow from gone
        if answer.status_code >= 400:
            log().warning("mission_refused", status=answer.status_code)
            raise NeverMind if answer.status_code in FINAL else NotNow
        return answer


@dataclass
class Ministries:
    """All of them in one, over one pair of connections. What waits is held by the bus."""

    keys: Keys
    mission: Mission
    consumer: Consumer
    publisher: Publisher
    after: float = ANSWER_AFTER_SECONDS
    waiting: list[tuple[float, HeldDelivery, Envelope]] = field(default_factory=list)

    def run_once(self, seconds: float = LOOK_SECONDS) -> None:
        """Takes what has come, answers what is due. Raises BusDown."""
        held = self.consumer.next(seconds)
        if held is not None:
            self._take(held)
        due = [one for one in self.waiting if one[0] <= time.monotonic()]
        for one in due:
            self.waiting.remove(one)
            self._answer(*one[1:])
        self.consumer.heartbeat()
        self.publisher.heartbeat()

    def _take(self, held: HeldDelivery) -> None:
        try:
            envelope = decode(held.delivery, self.keys)
        except UnreadableMessage as wrong:
            log().warning("unreadable", reason=wrong.reason)
            self.consumer.done(held)
            return
        if envelope.type != "letter.sent" or envelope.body["authority"] not in CONNECTED:
            self.consumer.done(held)
            return
        self.waiting.append((time.monotonic() + self.after, held, envelope))

    def _answer(self, held: HeldDelivery, envelope: Envelope) -> None:
        code = envelope.body["letter"]
        try:
            reply = finding(self.mission.fetch(code))
            self.mission.deposit(code, reply)
        except NotNow:
            self.waiting.append((time.monotonic() + AGAIN_SECONDS, held, envelope))
            return
        except NeverMind:
            self.consumer.done(held)
            return
        message = self._announcement(envelope, str(reply["finding"]))
        if self.publisher.publish([OutgoingMessage(message.id, message.type, encode(message, self.keys))]):
            self.waiting.append((time.monotonic() + AGAIN_SECONDS, held, envelope))
            return
        self.consumer.done(held)
        log().info("answered", letter=code, finding=reply["finding"])

    def _announcement(self, received: Envelope, outcome: str) -> Envelope:
        copied = ("application", "letter", "authority")
        return Envelope(
            id=str(uuid5(NAMESPACE_URL, f"answer:{received.body['letter']}")),
            type="letter.answered",
            version=1,
            occurred_at=datetime.now(UTC),
            sender=MINISTRIES,
            actor={"kind": "service", "id": MINISTRIES, "role": MINISTRIES},
            mission=received.mission,
            about=received.about,
            # One answer to each letter of an application, in the order of its letters.
            sequence=received.body["place"],
            correlation=received.correlation,
            causation=received.id,
            traceparent=received.traceparent,
            body={name: received.body[name] for name in copied} | {"finding": outcome},
        )


def serve(bus: str, keys: Keys, mission: Mission, after: float, stop: threading.Event) -> None:
    """Runs until it is stopped, and reconnects when the bus is gone."""
    failures = 0
    while not stop.is_set():
        try:
            consumer = connect_consumer(bus, MINISTRIES)
            try:
                publisher = connect_publisher(bus, MINISTRIES)
                try:
                    ministries = Ministries(keys, mission, consumer, publisher, after)
                    while not stop.is_set():
                        ministries.run_once()
                        failures = 0
                finally:
                    publisher.close()
            finally:
                consumer.close()
        except BusDown as gone:
            failures += 1
            log().warning("connection_lost", reason=gone.reason, failures=failures)
            stop.wait(reconnect_delay(failures))


def main() -> None:
    """Reads its environment as the services do; MAHJAR_MINISTRY_SECONDS is how long an answer takes."""
    if not is_demo(os.environ):
        raise StartRefused("The sandbox starts in demo mode only.")
    start_logs(MINISTRIES)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    keys = Keys(Path(os.environ["MAHJAR_KEYS"]), MINISTRIES)
    after = float(os.environ.get("MAHJAR_MINISTRY_SECONDS", ANSWER_AFTER_SECONDS))
    mission = MissionOverHttp(os.environ["MAHJAR_URL_CONSULAR"], keys)
    serve(os.environ["MAHJAR_BUS_URL"], keys, mission, after, stop)


if __name__ == "__main__":
    main()
