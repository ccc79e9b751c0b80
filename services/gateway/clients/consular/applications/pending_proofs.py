"""Proofs that an application is pending, made by its holder alone."""

from typing import TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from shared.identity.actor import Actor


class PendingProof(TypedDict):
    """The paper that an application is pending, if there is a valid one."""

    code: str | None
    expires_on: str | None


class PendingProofs:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def current(self, actor: Actor, reference: str) -> PendingProof:
        """The one that is valid now."""
        return cast(PendingProof, self.client.get(_path(reference), actor))

    def make(self, actor: Actor, reference: str) -> PendingProof:
        """Makes it, or gives the one that is valid."""
        return cast(PendingProof, self.client.post(_path(reference), actor, {}))

    def revoke(self, actor: Actor, reference: str) -> None:
        """Ends it."""
        self.client.post(f"{_path(reference)}/revoke", actor, {})


def _path(reference: str) -> str:
    return f"/applications/{quote(reference, safe='')}/pending-proof"
