"""Proposals that need the signature of a second person of the mission."""

from typing import Any, TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from shared.identity.actor import Actor


class Preview(TypedDict):
    """The clean terms of a proposal, and what it would touch."""

    params: dict[str, Any]
    preview: dict[str, Any]


class Proposal(TypedDict):
    """A proposal: its terms, what it touched when it was made and what it would touch now, and who signed."""

    reference: str
    kind: str
    state: str
    params: dict[str, Any]
    preview: dict[str, Any]
    now: dict[str, Any] | None
    result: dict[str, Any]
    proposer: str
    proposed_at: str
    approver: str | None
    decided_at: str | None
    reason: str | None
    undo_until: str | None


class Approvals:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def list_proposals(self, actor: Actor) -> list[Proposal]:
        """Proposals that wait for a second signature, then those decided last."""
        return cast(list[Proposal], self.client.get("/desk/proposals", actor))

    def preview(self, actor: Actor, kind: str, params: dict[str, Any]) -> Preview:
        """What a proposal would change. Nothing is written."""
        return cast(Preview, self.client.post("/desk/proposals/preview", actor, {"kind": kind, "params": params}))

    def propose(self, actor: Actor, kind: str, params: dict[str, Any], key: str) -> None:
        """Puts it before a second person."""
        self.client.post("/desk/proposals", actor, {"kind": kind, "params": params, "key": key})

    def decide(self, actor: Actor, reference: str, verdict: str, reason: str, key: str) -> None:
        """The second person approves or declines."""
        body = {"verdict": verdict, "reason": reason, "key": key}
        self.client.post(f"/desk/proposals/{quote(reference, safe='')}", actor, body)

    def undo(self, actor: Actor, reference: str, key: str) -> None:
        """Takes a signed one back while nobody has been told."""
        self.client.post(f"/desk/proposals/{quote(reference, safe='')}/undo", actor, {"key": key})
