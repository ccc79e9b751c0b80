"""Notices that the consular service keeps for a person, and how many are unread."""

import time
from typing import Any, TypedDict, cast

from services.gateway.clients.http import Client
from shared.identity.actor import Actor

# The mark in the header: behind by a moment at most, for so many people at once in one process.
UNREAD_SECONDS, UNREAD_PEOPLE = 15.0, 5_000


class Notice(TypedDict):
    """A notice: its kind and parameters, from which a page makes the text, and what it is about."""

    id: int
    kind: str
    about: str
    mission: str
    params: dict[str, Any]
    at: str
    read: bool


class Notices:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._unread: dict[str, tuple[float, int]] = {}

    def list_own(self, actor: Actor) -> list[Notice]:
        """The person's notices, newest first."""
        return cast(list[Notice], self.client.get("/notices", actor))

    def mark_read(self, actor: Actor, latest: int) -> None:
        """Marks notices up to one as read."""
        self._unread.pop(actor.person or "", None)
        self.client.post("/notices/read", actor, {"latest": latest})

    def unread(self, actor: Actor) -> int:
        """How many notices are new; asked for every page, and so cached for a moment. Raises Unavailable."""
        person = actor.person or ""
        asked_at, count = self._unread.get(person, (0.0, 0))
        if time.monotonic() - asked_at > UNREAD_SECONDS:
            count = int(self.client.get("/notices/unread", actor)["unread"])
            if len(self._unread) >= UNREAD_PEOPLE:
                self._unread.clear()
            self._unread[person] = (time.monotonic(), count)
        return count

    def forget(self) -> None:
        """Empties the cache."""
        self._unread.clear()
