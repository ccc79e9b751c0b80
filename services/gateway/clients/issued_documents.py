"""Documents that a service has issued: fetched as PDF, and verified."""

from typing import cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from services.gateway.clients.verification import Verification
from shared.identity.actor import Actor
from shared.identity.representation import pass_header


class IssuedDocuments:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def document(self, actor: Actor, code: str, leave: str | None = None) -> bytes:
        """A document as PDF; `leave` lets whoever acts for its owner fetch it."""
        return self.client.raw("GET", f"/documents/{quote(code, safe='')}.pdf", actor, headers=pass_header(leave))

    def application_numbered(self, actor: Actor, number: str) -> str:
        """The application of the document with this printed number. Raises NotFound."""
        return str(self.client.get(f"/document-numbers/{quote(number, safe='')}", actor)["application"])

    def verify(self, actor: Actor, code: str) -> Verification:
        """Whether a document is valid."""
        return cast(Verification, self.client.get(f"/verify/{quote(code, safe='')}", actor))
