"""Applications in the consular service: drafts, answers, uploads, sending in, withdrawing, following from outside."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.consular.appointments import Appointment
from services.gateway.clients.consular.notices import Notice
from services.gateway.clients.consular.payments import Payment, Quote
from shared.client import Client
from shared.identity import Actor


class Upload(TypedDict):
    """A file that the applicant handed in."""

    id: str
    name: str
    filename: str
    bytes: int
    type: str


class TimelineEntry(TypedDict):
    """A line of the timeline."""

    at: str
    code: str
    by: str
    reason: str | None
    note: str | None
    name: dict[str, str] | None
    detail: dict[str, Any] | None


class Application(TypedDict):
    """An application as its owner, or an officer of its mission, sees it."""

    reference: str
    transaction: str
    mission: str
    status: str
    changed_at: str
    answers: dict[str, Any]
    papers: list[Upload]
    quote: Quote | None
    payments: list[Payment]
    refunds: list[dict[str, Any]]
    document: dict[str, str] | None
    timeline: list[TimelineEntry]
    stages: list[dict[str, str]]
    due_on: str | None
    lapses_on: str | None
    on_withdrawal: dict[str, Any] | None
    booked_for: str | None
    notices: list[Notice]
    collection: Any
    upgrade: Quote | None
    allowed: list[str]
    behalf: dict[str, Any] | None
    turn: Appointment | None
    service: str | None


class Stage(TypedDict):
    """A stage of an application, without anything personal."""

    transaction: str
    status: str
    stages: list[dict[str, str]]


class Applications:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def list_own(self, actor: Actor) -> list[Application]:
        """The actor's own applications, latest first."""
        return cast(list[Application], self.client.get("/applications", actor))

    def detail(self, actor: Actor, reference: str) -> Application:
        """One application with all that its reader may see."""
        return cast(Application, self.client.get(_path(reference), actor))

    def begin(self, actor: Actor, transaction: str, key: str) -> dict[str, Any]:
        """Opens a draft for oneself; the same key never opens two."""
        return cast(dict[str, Any], self.client.post("/applications", actor, {"transaction": transaction, "key": key}))

    def begin_for(
        self, actor: Actor, transaction: str, key: str, claim: Mapping[str, Any], mission: str | None
    ) -> dict[str, Any]:
        """Opens a draft for somebody else; the same key never opens two."""
        body = {"transaction": transaction, "key": key, "behalf": dict(claim), "mission": mission}
        return cast(dict[str, Any], self.client.post("/applications", actor, body))

    def answer(self, actor: Actor, reference: str, answers: dict[str, Any]) -> None:
        """Stores answers of a draft or of a returned application."""
        self.client.send("PUT", f"{_path(reference)}/answers", actor, {"answers": answers})

    def add_upload(self, actor: Actor, reference: str, name: str, filename: str, content: bytes, kind: str) -> None:
        """Adds a file."""
        query = {"name": name, "filename": filename}
        headers = {"Content-Type": kind}
        self.client.raw("POST", f"{_path(reference)}/papers", actor, query, data=content, headers=headers)

    def remove_upload(self, actor: Actor, reference: str, upload: str) -> None:
        """Removes a file."""
        self.client.raw("DELETE", f"{_path(reference)}/papers/{quote(upload, safe='')}", actor)

    def upload(self, actor: Actor, upload: str) -> bytes:
        """The content of a file as the service stores it, cleaned."""
        return self.client.raw("GET", f"/papers/{quote(upload, safe='')}", actor)

    def submit(self, actor: Actor, reference: str, statements: Sequence[str], key: str) -> Application:
        """Sends the application in, with what the registers attested."""
        body = {"statements": list(statements), "key": key}
        return cast(Application, self.client.post(f"{_path(reference)}/submit", actor, body))

    def withdraw(self, actor: Actor, reference: str, key: str) -> None:
        """Withdraws the application."""
        self.client.post(f"{_path(reference)}/withdraw", actor, {"key": key})

    def track(self, actor: Actor, reference: str, born: str) -> Stage:
        """The stage of an application, for whoever knows its reference and the birth date."""
        return cast(Stage, self.client.get("/track", actor, reference=reference, born=born))


def _path(reference: str) -> str:
    return f"/applications/{quote(reference, safe='')}"
