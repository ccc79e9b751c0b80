"""Bookings of an older platform: claimed by their owner, imported from files at the desk, phase by phase."""

import json
from collections.abc import Sequence
from typing import Any, TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.consular.applications.applications import Head
from services.gateway.clients.http import Client
from shared.identity.actor import Actor


class Phase(TypedDict):
    """A window in which older bookings can be confirmed, with how many there are by state."""

    reference: str
    window_from: str
    window_to: str
    lead_days: int
    qualifies_after: str
    source: str
    standing: str
    counts: dict[str, int]


class RowFault(TypedDict):
    """What is wrong with a row of a file."""

    line: int
    column: str
    code: str
    value: str


class BookingRow(TypedDict):
    """One of the first good rows of a previewed file."""

    line: int
    reference: str
    national_number: str
    given_name: str
    transaction: str
    booked_for: str


class BookingImport(TypedDict):
    """A file of bookings: its preview, or what was done with it."""

    reference: str
    phase: str
    filename: str
    state: str
    good: int
    early: int
    faulty: int
    faults: list[RowFault]
    date_order: str | None
    zeros_restored: bool
    first_day: str | None
    last_day: str | None
    corrected: int
    lost_zeros: int
    asks_order: bool
    suggested_order: str | None
    encoding: str | None
    sample: list[BookingRow]
    uploaded_at: str


class Overview(TypedDict):
    """Phases, and the latest files."""

    phases: list[Phase]
    imports: list[BookingImport]


class Bookings:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def claim(self, actor: Actor, reference: str, transaction: str, statements: Sequence[str], key: str) -> Head:
        """Opens a draft that keeps the day of an older booking."""
        body = {"reference": reference, "transaction": transaction, "statements": list(statements), "key": key}
        return cast(Head, self.client.post("/bookings/claim", actor, body))

    def overview(self, actor: Actor) -> Overview:
        """Phases with their counts, and the latest files."""
        return cast(Overview, self.client.get("/desk/bookings", actor))

    def declare_phase(self, actor: Actor, terms: dict[str, Any], key: str) -> None:
        """Adds a phase, once for each key."""
        self.client.post("/desk/bookings/phases", actor, {"terms": terms, "key": key})

    def preview(self, actor: Actor, phase: str, filename: str, content: bytes) -> str:
        """Sends a file for its preview; gives its reference."""
        query, headers = {"phase": phase, "filename": filename}, {"Content-Type": "text/csv"}
        answer = self.client.raw("POST", "/desk/bookings/imports", actor, query, data=content, headers=headers)
        return str(json.loads(answer)["reference"])

    def import_detail(self, actor: Actor, reference: str) -> BookingImport:
        """A file's preview, or what was done with it."""
        return cast(BookingImport, self.client.get(_import_path(reference), actor))

    def import_faults(self, actor: Actor, reference: str) -> bytes:
        """Every fault of a file, for a spreadsheet."""
        return self.client.raw("GET", f"{_import_path(reference)}/faults.csv", actor)

    def answer_import(self, actor: Actor, reference: str, date_order: str | None, restore_zeros: bool) -> None:
        """Sends what a person says about a previewed file, which is then read again."""
        answers = {"date_order": date_order, "restore_zeros": restore_zeros}
        self.client.post(f"{_import_path(reference)}/answers", actor, answers)

    def decide_import(self, actor: Actor, reference: str, verdict: str) -> None:
        """Keeps a file's good rows, or drops the file."""
        self.client.post(_import_path(reference), actor, {"verdict": verdict})


def _import_path(reference: str) -> str:
    return f"/desk/bookings/imports/{quote(reference, safe='')}"
