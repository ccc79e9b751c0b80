"""Cases at the desk: the queue, one case, what officers do with it; and passports looked up by number."""

from typing import Any, cast
from urllib.parse import quote

from shared.client import Client
from shared.identity import Actor


class Cases:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def queue(self, actor: Actor, **filters: str | int | None) -> dict[str, Any]:
        """Applications of the officer's mission: {rows, counts, more, page}."""
        return cast(dict[str, Any], self.client.get("/desk/queue", actor, **filters))

    def detail(self, actor: Actor, reference: str) -> dict[str, Any]:
        """An application with the person's facts and its history. The read is recorded."""
        return cast(dict[str, Any], self.client.get(_path(reference), actor))

    def act(self, actor: Actor, reference: str, verb: str, body: dict[str, Any]) -> None:
        """Accepts, returns, refuses, takes cash or hands over; the verb is the last part of the address."""
        self.client.post(f"{_path(reference)}/{quote(verb)}", actor, body)

    def refund_held_payment(self, actor: Actor, reference: str, body: dict[str, Any], payment: str) -> None:
        """Owes held money back, as it came."""
        self.client.post(f"{_path(reference)}/payments/{quote(payment, safe='')}/give-back", actor, body)

    def passport(self, actor: Actor, number: str) -> dict[str, Any]:
        """What is known of a passport by its number, and whether it was reported lost."""
        return cast(dict[str, Any], self.client.get(f"/desk/passports/{quote(number, safe='')}", actor))

    def surrender_passport(self, actor: Actor, number: str) -> None:
        """Records that a lost passport was handed in."""
        self.client.post(f"/desk/passports/{quote(number, safe='')}/surrender", actor, {})


def _path(reference: str) -> str:
    return f"/desk/cases/{quote(reference, safe='')}"
