"""Notices that the consular service keeps for a person, and how many are unread."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypedDict, cast

from services.gateway.clients.http import Client
from shared.identity.actor import Actor

# The mark in the header: behind by a moment at most, for so many people at once in one process.
UNREAD_SECONDS, UNREAD_PEOPLE = 15.0, 5_000
UNREAD_HEADER = "X-Unread-Notices"


class Notice(TypedDict):
    """A notice: its kind and parameters, from which a page makes the text, and what it is about."""

    id: int
    kind: str
    about: str
    mission: str
    params: dict[str, Any]
    at: str
    read: bool


class OutgoingNotice(TypedDict):
    """A notice that has to leave the house: for whom, and of which kind."""

    id: int
    person: str
    kind: str


class UnreadCounts:
    """How many notices of a person are unread, kept for a moment; asked along with whatever a page asks first."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[float, int]] = {}
        self.are_shown: Callable[[], bool] = lambda: True

    def recent(self, actor: Actor) -> int | None:
        """The number, if it was asked a moment ago."""
        asked_at, count = self._counts.get(actor.person or "", (0.0, 0))
        return count if time.monotonic() - asked_at <= UNREAD_SECONDS else None

    def keep(self, actor: Actor, count: int) -> None:
        """Keeps the number for a moment."""
        if len(self._counts) >= UNREAD_PEOPLE:
            self._counts.clear()
        self._counts[actor.person or ""] = (time.monotonic(), count)

    def headers(self, actor: Actor) -> Mapping[str, str]:
        """The header that asks for the number; none while it is known, or where nobody would see it."""
        return {UNREAD_HEADER: "?"} if actor.person and self.recent(actor) is None and self.are_shown() else {}

    def receive(self, actor: Actor, headers: Mapping[str, str]) -> None:
        """Keeps the number that came with an answer."""
        if UNREAD_HEADER in headers:
            self.keep(actor, int(headers[UNREAD_HEADER]))

    def forget(self, person: str = "") -> None:
        """Forgets the number of a person, or of everybody."""
        if person:
            self._counts.pop(person, None)
        else:
            self._counts.clear()


class Notices:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.counts = client.side_question = UnreadCounts()

    def list_own(self, actor: Actor) -> list[Notice]:
        """The person's notices, newest first."""
        return cast(list[Notice], self.client.get("/notices", actor))

    def outgoing(self, actor: Actor) -> list[OutgoingNotice]:
        """The notices of the actor's mission that nobody has taken over."""
        return cast(list[OutgoingNotice], self.client.get("/notices/outgoing", actor))

    def mark_sent(self, actor: Actor, ids: list[int]) -> None:
        """They are on their way."""
        self.client.post("/notices/outgoing", actor, {"ids": ids})

    def mark_read(self, actor: Actor, latest: int) -> None:
        """Marks notices up to one as read."""
        self.counts.forget(actor.person or "")
        self.client.post("/notices/read", actor, {"latest": latest})

    def unread(self, actor: Actor) -> int:
        """How many notices are new: as it came with another answer of this page, else asked. Raises Unavailable."""
        count = self.counts.recent(actor)
        if count is None:
            count = int(self.client.get("/notices/unread", actor)["unread"])
            self.counts.keep(actor, count)
        return count

    def forget(self) -> None:
        """Empties the cache."""
        self.counts.forget()
