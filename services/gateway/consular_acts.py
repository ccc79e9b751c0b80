"""Asks the consular service about notices, older bookings, what two people of a mission sign, and one officer does."""

import json
import time
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import quote

from shared.client import Client
from shared.identity.actor import Actor

# The mark in the header: behind by a moment at most, for so many people at once in one process.
UNREAD_SECONDS, UNREAD_PEOPLE = 15.0, 5_000
Told = dict[str, Any]


class Acts:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._unread: dict[str, tuple[float, int]] = {}

    def notices(self, actor: Actor) -> list[dict[str, Any]]:
        """What the person was told, newest first."""
        return cast(list[dict[str, Any]], self.client.get("/notices", actor))

    def notices_read(self, actor: Actor, latest: int) -> None:
        """Marks notices up to one as read."""
        self._unread.pop(actor.person or "", None)
        self.client.post("/notices/read", actor, {"latest": latest})

    def unread(self, actor: Actor) -> int:
        """How many notices are new; asked for every page, and so kept for a moment. Raises Unavailable."""
        person = actor.person or ""
        moment, count = self._unread.get(person, (0.0, 0))
        if time.monotonic() - moment > UNREAD_SECONDS:
            count = int(self.client.get("/notices/unread", actor)["unread"])
            if len(self._unread) >= UNREAD_PEOPLE:
                self._unread.clear()
            self._unread[person] = (time.monotonic(), count)
        return count

    def claim_booking(
        self, actor: Actor, reference: str, transaction: str, statements: Sequence[str], key: str
    ) -> Told:
        """A draft that keeps the day of an older booking."""
        body = {"reference": reference, "transaction": transaction, "statements": list(statements), "key": key}
        return cast(Told, self.client.post("/bookings/claim", actor, body))

    def proposals(self, actor: Actor) -> list[Told]:
        """What waits for a second signature, then what was decided last."""
        return cast(list[Told], self.client.get("/desk/proposals", actor))

    def look(self, actor: Actor, kind: str, params: Told) -> Told:
        """What a proposal would touch: {params, preview}. Nothing is written."""
        return cast(Told, self.client.post("/desk/proposals/preview", actor, {"kind": kind, "params": params}))

    def propose(self, actor: Actor, kind: str, params: Told, key: str) -> Told:
        """Puts it before a second person."""
        return cast(Told, self.client.post("/desk/proposals", actor, {"kind": kind, "params": params, "key": key}))

    def decide(self, actor: Actor, reference: str, verdict: str, reason: str, key: str) -> Told:
        """The second person's word."""
        body = {"verdict": verdict, "reason": reason, "key": key}
        return cast(Told, self.client.post(f"/desk/proposals/{quote(reference, safe='')}", actor, body))

    def bookings(self, actor: Actor) -> Told:
        """Phases with their counts, and the latest files: {phases, imports}."""
        return cast(Told, self.client.get("/desk/bookings", actor))

    def declare_phase(self, actor: Actor, terms: Told, key: str) -> Told:
        """A new phase, once for each key."""
        return cast(Told, self.client.post("/desk/bookings/phases", actor, {"terms": terms, "key": key}))

    def preview_bookings(self, actor: Actor, phase: str, filename: str, content: bytes) -> str:
        """Hands a file in for its preview; its reference."""
        query, headers = {"phase": phase, "filename": filename}, {"Content-Type": "text/csv"}
        answer = self.client.raw("POST", "/desk/bookings/imports", actor, query, data=content, headers=headers)
        return str(json.loads(answer)["reference"])

    def booking_import(self, actor: Actor, reference: str) -> Told:
        """A file's preview, or what became of it."""
        return cast(Told, self.client.get(f"/desk/bookings/imports/{quote(reference, safe='')}", actor))

    def booking_faults(self, actor: Actor, reference: str) -> bytes:
        """Every fault of a file, for a spreadsheet."""
        return self.client.raw("GET", f"/desk/bookings/imports/{quote(reference, safe='')}/faults.csv", actor)

    def decide_import(self, actor: Actor, reference: str, verdict: str) -> Told:
        """Keeps a file's good rows, or drops it."""
        address = f"/desk/bookings/imports/{quote(reference, safe='')}"
        return cast(Told, self.client.post(address, actor, {"verdict": verdict}))

    def desk_act(self, actor: Actor, reference: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        """Accepts, returns, refuses, takes cash or hands over; the verb is the last part of the address."""
        address = f"/desk/cases/{quote(reference, safe='')}/{quote(verb)}"
        return cast(Told, self.client.post(address, actor, body))
