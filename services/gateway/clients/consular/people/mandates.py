"""Mandates: who acts for whom, and the deeds that officers check."""

from collections.abc import Mapping
from typing import Any, TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from services.gateway.clients.names import PrintedName
from shared.identity.actor import Actor


class Mandate(TypedDict):
    """A mandate as one side of it sees it, or the desk; people are named once they are known to the mission."""

    reference: str
    kind: str
    side: str
    state: str
    stands: bool
    capacity: str
    scope: list[str]
    mission: str
    principal: PrintedName | None
    principal_given: str | None
    agent: PrintedName | None
    agent_given: str | None
    issued_on: str | None
    absence: str | None
    kinship: str | None
    until: str | None
    made_at: str
    reason: str | None
    note: str | None


class Deed(Mandate):
    """A mandate as the desk checks it: the principal's number as typed, the scan, and who the agent is."""

    principal_number: str
    agent_person: str
    scan_type: str
    scan_pages: int


class Proof(TypedDict):
    """A mandate, and by register what proves to it that the mandate stands."""

    mandate: Mandate
    proofs: dict[str, str]


class Mandates:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def list_own(self, actor: Actor, statement: str) -> list[Mandate]:
        """Those given, held and offered to the actor, latest first; `statement` is the register's about the actor."""
        return cast(list[Mandate], self.client.post("/mandates/mine", actor, {"statement": statement}))

    def grant(self, actor: Actor, body: Mapping[str, Any]) -> None:
        """Offers a mandate to whoever has this number and name."""
        self.client.post("/mandates", actor, dict(body))

    def submit_deed(self, actor: Actor, body: Mapping[str, Any]) -> None:
        """Puts a power of attorney or a guardian's paper before the officers."""
        self.client.post("/mandates/papers", actor, dict(body))

    def settle(self, actor: Actor, reference: str, verb: str, body: Mapping[str, Any]) -> None:
        """Accepts, declines or ends a mandate."""
        self.client.post(_path(reference, verb), actor, dict(body))

    def prove(self, actor: Actor, reference: str, purpose: str) -> Proof:
        """The mandate, and what shows each register of a transaction that it stands."""
        return cast(Proof, self.client.post(_path(reference, "proof"), actor, {"purpose": purpose}))

    def list_deeds(self, actor: Actor, whole: str | None = None) -> list[Deed]:
        """Deeds of the officer's mission: to be checked first, then the last ones decided; with `whole` as its file."""
        return cast(list[Deed], self.client.get("/desk/mandates", actor, whole=whole))

    def deed(self, actor: Actor, reference: str) -> Deed:
        """One deed. The read is recorded."""
        return cast(Deed, self.client.get(f"/desk{_path(reference)}", actor))

    def deed_scan(self, actor: Actor, reference: str) -> bytes:
        """The scan of a deed."""
        return self.client.raw("GET", f"/desk{_path(reference, 'scan')}", actor)

    def deed_page(self, actor: Actor, reference: str, page: str) -> bytes:
        """A page of the scan of a deed as a picture to read."""
        path = f"/desk{_path(reference, 'scan/page')}"
        return self.client.raw("GET", path, actor, {"page": page})

    def decide_deed(self, actor: Actor, reference: str, verb: str, body: Mapping[str, Any]) -> None:
        """Accepts or refuses a deed."""
        self.client.post(f"/desk{_path(reference, verb)}", actor, dict(body))


def _path(reference: str, verb: str = "") -> str:
    return f"/mandates/{quote(reference, safe='')}" + (f"/{verb}" if verb else "")
