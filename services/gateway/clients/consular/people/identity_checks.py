"""Checks of a person by a passport page and a photo, which the consular service keeps until they are decided."""

from typing import TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from shared.identity.actor import Actor


class IdentityCheck(TypedDict):
    """A check: for which account, and how it stands."""

    reference: str
    account: str
    state: str
    reason: str | None
    requested_at: str


class LatestCheck(TypedDict):
    """The account's latest check, if it has any."""

    check: IdentityCheck | None


class IdentityChecks:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def add_file(self, actor: Actor, which: str, content: bytes) -> None:
        """Adds the passport page or the photo; with both the check waits for an officer."""
        headers = {"Content-Type": "application/octet-stream"}
        self.client.raw("POST", f"/identity-checks/{quote(which, safe='')}", actor, None, data=content, headers=headers)

    def latest(self, actor: Actor) -> LatestCheck:
        """The account's latest check."""
        return cast(LatestCheck, self.client.get("/identity-checks", actor))

    def waiting(self, actor: Actor) -> list[IdentityCheck]:
        """Those that wait at the mission, oldest first."""
        return cast(list[IdentityCheck], self.client.get("/desk/identity-checks", actor))

    def detail(self, actor: Actor, reference: str) -> IdentityCheck:
        """One of them."""
        return cast(IdentityCheck, self.client.get(_path(reference), actor))

    def picture(self, actor: Actor, reference: str, which: str, page: str) -> bytes:
        """A page of the passport, or the photo."""
        return self.client.raw("GET", f"{_path(reference)}/{quote(which, safe='')}", actor, {"page": page})

    def decide(self, actor: Actor, reference: str, verdict: str, reason: str = "") -> None:
        """Decides; the service deletes both files."""
        self.client.post(_path(reference), actor, {"verdict": verdict, "reason": reason})


def _path(reference: str) -> str:
    return f"/desk/identity-checks/{quote(reference, safe='')}"
