"""Documents and receipts that the mission issued, and the pass to fetch those of somebody one acts for."""

from typing import cast
from urllib.parse import quote

from services.gateway.clients.issued_documents import IssuedDocuments
from shared.identity.actor import Actor


class Documents(IssuedDocuments):
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def receipt(self, actor: Actor, number: str) -> bytes:
        """A receipt as PDF."""
        return self.client.raw("GET", f"/receipts/{quote(number, safe='')}.pdf", actor)

    def passes(self, actor: Actor, reference: str) -> dict[str, str]:
        """By service, what lets the actor fetch the documents of an application they act on."""
        address = f"/applications/{quote(reference, safe='')}/pass"
        return cast(dict[str, str], self.client.post(address, actor, {}))
