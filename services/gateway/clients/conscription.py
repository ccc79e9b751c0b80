"""Asks the conscription service: service status, assessments, its documents. No other file knows its addresses."""

import json
from typing import Any, TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.civil_registry import Statement
from services.gateway.clients.http import Client
from services.gateway.clients.issued_documents import IssuedDocuments
from shared.identity.actor import ANONYMOUS, Actor
from shared.identity.representation import pass_header


class Assessment(TypedDict):
    """How an application was decided; no amount for a deferral or a refusal. The amount is in minor units."""

    application: str
    amount: int | None
    currency: str | None
    tier: str | None
    law: str | None
    reason: str | None
    working: list[dict[str, Any]]


class DoubtfulParameter(TypedDict):
    """A number of a law whose text was not found; without a value it is not applied."""

    name: str
    value: int | None
    since: str
    source: str
    certainty: str
    transactions: list[str]


class Conscription:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.documents = IssuedDocuments(client)

    def state(self, actor: Actor, purpose: str, proof: str | None = None) -> Statement:
        """A statement about the service record of the actor's person, or of whom a proof lets them act for."""
        return cast(Statement, self.client.post("/statements", actor, {"purpose": purpose, "proof": proof}))

    def assessment(self, actor: Actor, application: str, leave: str | None = None) -> Assessment:
        """How an application was decided."""
        address = f"/assessments/{quote(application, safe='')}"
        return cast(Assessment, json.loads(self.client.raw("GET", address, actor, headers=pass_header(leave))))

    def rules(self, slug: str, on: str) -> dict[str, Any]:
        """The amounts the laws set for a transaction on a day: {amounts, history}."""
        return cast(dict[str, Any], self.client.get(f"/rules/{quote(slug, safe='')}", ANONYMOUS, on=on))

    def parameters(self, actor: Actor) -> list[DoubtfulParameter]:
        """The numbers of the laws that need a lawyer."""
        return cast(list[DoubtfulParameter], self.client.get("/parameters", actor))

    def ready(self) -> None:
        """Raises Unavailable unless the service answers."""
        self.client.raw("GET", "/ready", ANONYMOUS)
