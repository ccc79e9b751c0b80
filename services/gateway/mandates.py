"""Asks the consular service who acts for whom: mandates, papers that officers check, files that may be one person's."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from shared.client import Client
from shared.identity.actor import Actor

Mandate = dict[str, Any]


def _at(reference: str, verb: str = "") -> str:
    return f"/mandates/{quote(reference, safe='')}" + (f"/{verb}" if verb else "")


class Mandates:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    client: Client

    def mandates(self, actor: Actor, statement: str) -> list[Mandate]:
        """Those given, held and offered to the actor, latest first; `statement` is the register's about the actor."""
        return cast(list[Mandate], self.client.post("/mandates/mine", actor, {"statement": statement}))

    def grant(self, actor: Actor, body: Mapping[str, Any]) -> Mandate:
        """Offers a mandate to whoever has this number and name."""
        return cast(Mandate, self.client.post("/mandates", actor, dict(body)))

    def hand_in_paper(self, actor: Actor, body: Mapping[str, Any]) -> Mandate:
        """Puts a power of attorney or guardianship certificate before the officers."""
        return cast(Mandate, self.client.post("/mandates/papers", actor, dict(body)))

    def settle_mandate(self, actor: Actor, reference: str, verb: str, body: Mapping[str, Any]) -> Mandate:
        """Accepts, declines or ends."""
        return cast(Mandate, self.client.post(_at(reference, verb), actor, dict(body)))

    def prove(self, actor: Actor, reference: str, purpose: str) -> dict[str, Any]:
        """The mandate, and what shows each register of a transaction that it stands: {mandate, proofs}."""
        return cast(dict[str, Any], self.client.post(_at(reference, "proof"), actor, {"purpose": purpose}))

    def begin(self, actor: Actor, transaction: str, key: str) -> dict[str, Any]:
        """Opens a draft for oneself; the same key never opens two."""
        return cast(dict[str, Any], self.client.post("/applications", actor, {"transaction": transaction, "key": key}))

    def begin_for(
        self, actor: Actor, transaction: str, key: str, claim: Mapping[str, Any], mission: str | None
    ) -> dict[str, Any]:
        """Opens a draft for somebody else; the same key never opens two."""
        body = {"transaction": transaction, "key": key, "behalf": dict(claim), "mission": mission}
        return cast(dict[str, Any], self.client.post("/applications", actor, body))

    def papers_pass(self, actor: Actor, reference: str) -> dict[str, str]:
        """By service, what lets the actor fetch the papers of an application they act on."""
        address = f"/applications/{quote(reference, safe='')}/pass"
        return cast(dict[str, str], self.client.post(address, actor, {}))

    def desk_mandates(self, actor: Actor) -> list[Mandate]:
        """Papers of the officer's mission: to be checked first, then the last ones decided."""
        return cast(list[Mandate], self.client.get("/desk/mandates", actor))

    def desk_mandate(self, actor: Actor, reference: str) -> Mandate:
        """One paper; the look is recorded."""
        return cast(Mandate, self.client.get(f"/desk{_at(reference)}", actor))

    def mandate_scan(self, actor: Actor, reference: str) -> bytes:
        """The scan of a paper."""
        return self.client.raw("GET", f"/desk{_at(reference, 'scan')}", actor)

    def decide_mandate(self, actor: Actor, reference: str, verb: str, body: Mapping[str, Any]) -> Mandate:
        """Accepts or refuses a paper."""
        return cast(Mandate, self.client.post(f"/desk{_at(reference, verb)}", actor, dict(body)))
