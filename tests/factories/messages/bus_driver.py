"""Relays and listeners of several services in one thread, without a broker: `drain` runs them until all is quiet."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.database.db import Database
from shared.identity.crypto import Keys
from shared.messaging.bus import OutgoingMessage
from shared.messaging.handlers import Handler
from shared.messaging.listener import Listener
from shared.messaging.messages import SENDERS_BY_LISTENER, Delivery
from shared.messaging.relay import Relay

MOST_ROUNDS = 200


class Post:
    """A bus of one process. Keeps its promises, the contract tests say so, except that it forgets all at its end."""

    def __init__(self) -> None:
        self.queues: dict[str, deque[Delivery]] = {listener: deque() for listener in SENDERS_BY_LISTENER}
        self.said: list[OutgoingMessage] = []


@dataclass
class PostPublisher:
    """Puts each letter into the queues of all who listen to its sender."""

    post: Post
    me: str
    paused: bool = False

    def publish(self, letters: Sequence[OutgoingMessage]) -> dict[str, str]:
        """See shared.messaging.bus.Publisher."""
        troubles = {}
        for letter in letters:
            self.post.said.append(letter)
            hearing = [listener for listener, senders in SENDERS_BY_LISTENER.items() if self.me in senders]
            for listener in hearing:
                self.post.queues[listener].append(Delivery(letter.raw, self.me, letter.key, letter.content_type))
            if not hearing:
                troubles[letter.id] = "unroutable"
        return troubles

    def is_unknown(self) -> bool:
        """Never."""
        return False

    def register(self) -> None:
        """Nothing to do."""

    def heartbeat(self, seconds: float = 0.0) -> None:
        """Nothing to keep alive."""

    def close(self) -> None:
        """Nothing to close."""


@dataclass
class BusDriver:
    """The workers of some services, turned by hand."""

    databases: Mapping[str, Database]
    keys: Mapping[str, Keys]
    handlers: Mapping[str, Mapping[str, Handler]]
    post: Post = field(default_factory=Post)

    def __post_init__(self) -> None:
        self.relays = {
            name: Relay(self.databases[name], self.keys[name], lambda name=name: PostPublisher(self.post, name))  # type: ignore[misc]
            for name in self.handlers
        }
        self.listeners = {
            name: Listener(self.databases[name], self.keys[name], handlers) for name, handlers in self.handlers.items()
        }

    def drain(self) -> int:
        """Until nothing is left to send or hear now; retries wait for their time. Gives how many messages moved."""
        moved = 0
        for _ in range(MOST_ROUNDS):
            step = sum(relay.send_due() for relay in self.relays.values())
            for name, listener in self.listeners.items():
                while self.post.queues[name]:
                    listener.take(self.post.queues[name].popleft())
                    step += 1
                step += listener.apply_due()
            moved += step
            if not step:
                return moved
        raise AssertionError("the services never stop talking to each other")
