"""The card provider's notifications: signed, sent in the background, and sent again until somebody says yes."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Sequence

import requests

from services.consular.payments.providers.signature import HEADER, sign

WAITS = (1.0, 2.0, 4.0, 8.0, 16.0)
TIMEOUT_SECONDS = 10.0


class Notifier:
    """Sends to one address, signed with one secret; to nobody while there is none."""

    def __init__(self, address: str, secret: str, waits: Sequence[float] = WAITS) -> None:
        self.address = address
        self.secret = secret
        self.waits = waits
        self.events: list[dict[str, object]] = []

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        """Does something in the background after a while."""
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        timer.start()

    def send(self, kind: str, about: dict[str, object], copies: int) -> None:
        """In the background; every copy bears the same event id, as that of a provider that repeats itself does."""
        event = event_about(kind, about)
        self.events.append(event)
        raw = json.dumps(event).encode()
        for _ in range(copies if self.address else 0):
            self.after(0.0, lambda: self.deliver(raw))

    def deliver(self, raw: bytes) -> bool:
        """Whether it was taken in the end."""
        for wait in (*self.waits, None):
            if self._sent(raw):
                return True
            if wait is not None:
                time.sleep(wait)
        return False

    def _sent(self, raw: bytes) -> bool:
        headers = {HEADER: sign(self.secret, int(time.time()), raw), "Content-Type": "application/json"}
        try:
            return requests.post(self.address, data=raw, headers=headers, timeout=TIMEOUT_SECONDS).ok
        except requests.RequestException:
            return False


def event_about(kind: str, about: dict[str, object]) -> dict[str, object]:
    """A new event, as the Stripe API writes one."""
    return {
        "id": "evt_" + secrets.token_hex(12),
        "object": "event",
        "created": int(time.time()),
        "data": {"object": about},
        "livemode": False,
        "type": kind,
    }
