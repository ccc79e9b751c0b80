"""The mission's stock of blank booklets."""

from collections.abc import Sequence
from typing import TypedDict, cast

from services.gateway.clients.http import Client
from shared.identity.actor import Actor


class BookletCounts(TypedDict):
    """Booklets of the mission by state."""

    in_stock: int
    assigned: int
    collected: int
    spoiled: int


class Delivery(TypedDict):
    """How many booklets were new, and how many waiting applications got one at once."""

    received: int
    served: int


class Booklets:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def counts(self, actor: Actor) -> BookletCounts:
        """Booklets by state."""
        return cast(BookletCounts, self.client.get("/desk/booklets", actor))

    def receive(self, actor: Actor, serials: Sequence[str]) -> Delivery:
        """Takes blank booklets into the stock; those known before are not counted."""
        return cast(Delivery, self.client.post("/desk/booklets", actor, {"serials": list(serials)}))

    def spoil(self, actor: Actor, serial: str, reason: str) -> None:
        """Writes a blank booklet off."""
        self.client.post(f"/desk/booklets/{serial}/spoil", actor, {"reason": reason})
