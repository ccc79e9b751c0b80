"""The stand-in ministries without processes: their post carried by hand, their requests made in this thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.demo.sandbox.ministries import Ministries, NeverMind
from shared.identity.actor import MINISTRIES, partner_token
from shared.identity.crypto import Keys
from shared.messaging.bus import HeldDelivery
from tests.conftest import ServiceClient
from tests.factories.messages.bus_driver import Post, PostPublisher


@dataclass
class PostConsumer:
    """Hears what the post holds for the ministries; what is not done is put back."""

    post: Post

    def next(self, seconds: float) -> HeldDelivery | None:
        """See shared.messaging.bus.Consumer."""
        del seconds
        queue = self.post.queues[MINISTRIES]
        return HeldDelivery(queue.popleft(), 0) if queue else None

    def next_batch(self, seconds: float) -> Sequence[HeldDelivery]:
        """See shared.messaging.bus.Consumer."""
        held = self.next(seconds)
        return [held] if held else []

    def done(self, *held: HeldDelivery) -> None:
        """Taken already."""

    def heartbeat(self) -> None:
        """Nothing to keep alive."""

    def close(self) -> None:
        """Nothing to close."""


@dataclass
class MissionHere:
    """The mission in this process, asked with the partner's own key."""

    client: ServiceClient
    keys: Keys

    def fetch(self, code: str) -> dict[str, Any]:
        """See deploy.demo.sandbox.ministries.Mission."""
        return self._ask("GET", f"/letters/{code}")

    def deposit(self, code: str, told: Mapping[str, Any]) -> None:
        """See deploy.demo.sandbox.ministries.Mission."""
        self._ask("POST", f"/letters/{code}/reply", dict(told))

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {partner_token(self.keys, 'consular')}"}
        answer = self.client.client.open(path, method=method, json=body, headers=headers)
        if answer.status_code >= 400:
            raise NeverMind(answer.get_json())
        return dict(answer.get_json())


def ministries(client: ServiceClient, post: Post, keys: Keys) -> Ministries:
    """They answer at once."""
    return Ministries(keys, MissionHere(client, keys), PostConsumer(post), PostPublisher(post, MINISTRIES), after=0.0)


def answer_all(standing_in: Ministries, post: Post) -> None:
    """Until all that was written to them is answered."""
    while post.queues[MINISTRIES] or standing_in.waiting:
        standing_in.run_once(0.0)
