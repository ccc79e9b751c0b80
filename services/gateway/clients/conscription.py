"""Asks the conscription service: service status, assessments, its documents. No other file knows its addresses."""

import json
from typing import Any, cast
from urllib.parse import quote

from services.gateway.clients.civil_registry import Statement
from shared.client import Client
from shared.identity import ANONYMOUS, Actor
from shared.standing import passed


class Conscription:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def state(self, actor: Actor, purpose: str, proof: str | None = None) -> Statement:
        """A statement about the service record of the actor's person, or of whom a proof lets them act for."""
        return cast(Statement, self.client.post("/statements", actor, {"purpose": purpose, "proof": proof}))

    def assessment(self, actor: Actor, application: str, leave: str | None = None) -> dict[str, Any]:
        """How it was decided: {amount, currency, tier, reason, working}; no amount for a deferral or a refusal."""
        address = f"/assessments/{quote(application, safe='')}"
        return cast(dict[str, Any], json.loads(self.client.raw("GET", address, actor, headers=passed(leave))))

    def rules(self, slug: str, on: str) -> dict[str, Any]:
        """The amounts the laws set for a transaction on a day: {amounts, history}."""
        return cast(dict[str, Any], self.client.get(f"/rules/{quote(slug, safe='')}", ANONYMOUS, on=on))

    def document(self, actor: Actor, code: str, leave: str | None = None) -> bytes:
        """A discharge as PDF; `leave` lets whoever acts for its owner fetch it."""
        return self.client.raw("GET", f"/documents/{quote(code, safe='')}.pdf", actor, headers=passed(leave))

    def verify(self, actor: Actor, code: str) -> dict[str, Any]:
        """Whether a document is valid."""
        return cast(dict[str, Any], self.client.get(f"/verify/{quote(code, safe='')}", actor))

    def ready(self) -> None:
        """Raises Unavailable unless the service answers."""
        self.client.raw("GET", "/ready", ANONYMOUS)
