"""Asks the conscription service: service status, assessments, its documents. No other file knows its addresses."""

from typing import Any, cast
from urllib.parse import quote

from services.gateway.civil_registry import Statement
from shared.client import Client
from shared.identity import ANONYMOUS, Actor


class Conscription:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def state(self, actor: Actor, purpose: str) -> Statement:
        """A statement about the service record of the actor's person."""
        return cast(Statement, self.client.post("/statements", actor, {"purpose": purpose}))

    def assessment(self, actor: Actor, application: str) -> dict[str, Any]:
        """How it was decided: {amount, currency, tier, reason, working}; no amount for a deferral or a refusal."""
        return cast(dict[str, Any], self.client.get(f"/assessments/{quote(application, safe='')}", actor))

    def rules(self, slug: str, on: str) -> dict[str, Any]:
        """The amounts the laws set for a transaction on a day: {amounts, history}."""
        return cast(dict[str, Any], self.client.get(f"/rules/{quote(slug, safe='')}", ANONYMOUS, on=on))

    def document(self, actor: Actor, code: str) -> bytes:
        """A discharge as PDF."""
        return self.client.raw("GET", f"/documents/{quote(code, safe='')}.pdf", actor)

    def verify(self, actor: Actor, code: str) -> dict[str, Any]:
        """Whether a document is valid."""
        return cast(dict[str, Any], self.client.get(f"/verify/{quote(code, safe='')}", actor))

    def ready(self) -> None:
        """Raises Unavailable unless the service answers."""
        self.client.raw("GET", "/ready", ANONYMOUS)
