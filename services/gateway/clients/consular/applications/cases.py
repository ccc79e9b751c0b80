"""Cases at the desk: the queue, one case, what officers do with it; and passports looked up by number."""

from typing import Any, TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.consular.applications.applications import ApplicationSummary, File
from services.gateway.clients.consular.correspondence.notices import Notice
from services.gateway.clients.http import Client
from services.gateway.clients.names import Named, RegisterName
from shared.identity.actor import Actor


class Assigned(TypedDict):
    """The officer who works on an application, by account and name, and since when."""

    officer: str
    name: dict[str, str] | None
    since: str


class QueueRow(ApplicationSummary):
    """An application in the queue of the desk."""

    applicant: Named | None
    exception: str | None
    assigned: Assigned | None


class QueuePage(TypedDict):
    """A page of the queue, with how many applications there are by status: one more than `count_limit` are many."""

    rows: list[QueueRow]
    counts: dict[str, int]
    count_limit: int
    more: bool
    page: int
    page_rows: int


class AssignedCases(TypedDict):
    """Which of several cases were assigned, and which were left as they are."""

    taken: list[str]
    left: list[str]


class Person(TypedDict):
    """The applicant as the civil registry attested them."""

    person: str
    national_number: str
    name: RegisterName
    sex: str
    born: str


class Duplicate(TypedDict):
    """Another application that may be of the same person."""

    other: str
    kind: str
    state: str
    reason: str | None
    note: str | None


class Question(TypedDict):
    """What an authority was asked, and what it answered."""

    authority: str
    ask: str
    round: int
    outcome: str | None


class HistoryRow(TypedDict):
    """Something that was done with the application, and by whom."""

    at: str
    actor: str
    role: str
    action: str
    reason: str | None


class Case(File):
    """An application as the desk sees it: with what the registers attested, and who did what."""

    person: Person | None
    facts: dict[str, Any] | None
    asked: list[Question]
    exception: str | None
    assigned: Assigned | None
    duplicates: list[Duplicate]
    passport: dict[str, Any] | None
    notices: list[Notice]
    history: list[HistoryRow]


class PassportRecord(TypedDict):
    """What is known of a passport by its number."""

    number: str
    issued: dict[str, Any] | None
    lost: dict[str, Any] | None


class Cases:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def queue(self, actor: Actor, **filters: str | int | None) -> QueuePage:
        """Applications of the officer's mission."""
        return cast(QueuePage, self.client.get("/desk/queue", actor, **filters))

    def detail(self, actor: Actor, reference: str) -> Case:
        """An application with the person's facts and its history. The read is recorded."""
        return cast(Case, self.client.get(_path(reference), actor))

    def act(self, actor: Actor, reference: str, verb: str, body: dict[str, Any]) -> None:
        """Accepts, returns, refuses, takes cash or hands over; the verb is the last part of the address."""
        self.client.post(f"{_path(reference)}/{quote(verb)}", actor, body)

    def assign(self, actor: Actor, reference: str, change: str) -> None:
        """Assigns a case to the actor (take), asks a second person for another's (takeover), or ends it (release)."""
        self.client.post(f"{_path(reference)}/assign", actor, {"change": change})

    def assign_many(self, actor: Actor, references: list[str]) -> AssignedCases:
        """Assigns those of several cases that are free."""
        return cast(AssignedCases, self.client.post("/desk/assignments", actor, {"references": references}))

    def take_next(self, actor: Actor, transaction: str, after: str) -> str | None:
        """Assigns the next case that the actor can decide; None where there is none."""
        found = self.client.post("/desk/next", actor, {"transaction": transaction, "after": after})
        return str(found["reference"]) if found["reference"] else None

    def refund_held_payment(self, actor: Actor, reference: str, body: dict[str, Any], payment: str) -> None:
        """Owes held money back, as it came."""
        self.client.post(f"{_path(reference)}/payments/{quote(payment, safe='')}/give-back", actor, body)

    def passport(self, actor: Actor, number: str) -> PassportRecord:
        """What is known of a passport by its number, and whether it was reported lost."""
        return cast(PassportRecord, self.client.get(f"/desk/passports/{quote(number, safe='')}", actor))

    def surrender_passport(self, actor: Actor, number: str) -> None:
        """Records that a lost passport was handed in."""
        self.client.post(f"/desk/passports/{quote(number, safe='')}/surrender", actor, {})


def _path(reference: str) -> str:
    return f"/desk/cases/{quote(reference, safe='')}"
