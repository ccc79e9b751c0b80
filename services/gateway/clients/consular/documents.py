"""Documents and receipts that the mission issued, and the pass to fetch those of somebody one acts for."""

from typing import cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from services.gateway.clients.verification import Verification
from shared.identity.actor import Actor
from shared.identity.representation import pass_header


class Documents:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def receipt(self, actor: Actor, number: str) -> bytes:
        """A receipt as PDF."""
        return self.client.raw("GET", f"/receipts/{quote(number, safe='')}.pdf", actor)

    def document(self, actor: Actor, code: str, leave: str | None = None) -> bytes:
        """A document of the mission as PDF; `leave` lets whoever acts for its owner fetch it."""
        return self.client.raw("GET", f"/documents/{quote(code, safe='')}.pdf", actor, headers=pass_header(leave))

    def verify(self, actor: Actor, code: str) -> Verification:
        """Whether a document of the mission is valid."""
        return cast(Verification, self.client.get(f"/verify/{quote(code, safe='')}", actor))

    def passes(self, actor: Actor, reference: str) -> dict[str, str]:
        """By service, what lets the actor fetch the documents of an application they act on."""
        address = f"/applications/{quote(reference, safe='')}/pass"
        return cast(dict[str, str], self.client.post(address, actor, {}))
