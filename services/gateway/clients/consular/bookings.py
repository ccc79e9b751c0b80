"""Bookings of an older platform: claimed by their owner, imported from files at the desk, phase by phase."""

import json
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import quote

from shared.client import Client
from shared.identity import Actor


class Bookings:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def claim(
        self, actor: Actor, reference: str, transaction: str, statements: Sequence[str], key: str
    ) -> dict[str, Any]:
        """Opens a draft that keeps the day of an older booking."""
        body = {"reference": reference, "transaction": transaction, "statements": list(statements), "key": key}
        return cast(dict[str, Any], self.client.post("/bookings/claim", actor, body))

    def overview(self, actor: Actor) -> dict[str, Any]:
        """Phases with their counts, and the latest files: {phases, imports}."""
        return cast(dict[str, Any], self.client.get("/desk/bookings", actor))

    def declare_phase(self, actor: Actor, terms: dict[str, Any], key: str) -> None:
        """Adds a phase, once for each key."""
        self.client.post("/desk/bookings/phases", actor, {"terms": terms, "key": key})

    def preview(self, actor: Actor, phase: str, filename: str, content: bytes) -> str:
        """Sends a file for its preview; gives its reference."""
        query, headers = {"phase": phase, "filename": filename}, {"Content-Type": "text/csv"}
        answer = self.client.raw("POST", "/desk/bookings/imports", actor, query, data=content, headers=headers)
        return str(json.loads(answer)["reference"])

    def import_detail(self, actor: Actor, reference: str) -> dict[str, Any]:
        """A file's preview, or what was done with it."""
        return cast(dict[str, Any], self.client.get(_import_path(reference), actor))

    def import_faults(self, actor: Actor, reference: str) -> bytes:
        """Every fault of a file, for a spreadsheet."""
        return self.client.raw("GET", f"{_import_path(reference)}/faults.csv", actor)

    def decide_import(self, actor: Actor, reference: str, verdict: str) -> None:
        """Keeps a file's good rows, or drops the file."""
        self.client.post(_import_path(reference), actor, {"verdict": verdict})


def _import_path(reference: str) -> str:
    return f"/desk/bookings/imports/{quote(reference, safe='')}"
