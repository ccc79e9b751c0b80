"""The bank's statements at the desk: files, movements in suspense, what officers decide about them; and the books."""

import json
from typing import Any, TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.consular.money.payments import BankAccount
from services.gateway.clients.http import Client
from shared.identity.actor import Actor


class StatementFile(TypedDict):
    """A file that was imported: how many movements it has, and how many were new."""

    reference: str
    filename: str
    format: str
    lines: int
    fresh: int
    imported_at: str


class BankLine(TypedDict):
    """A movement. A credit is positive; `open_amount` is what is in suspense, `age` its days there."""

    reference: str
    booked_on: str
    value_on: str
    amount: int
    currency: str
    open_amount: int
    text: str
    party: str
    application: str | None
    payment: str | None
    reason: str | None
    owner: str | None
    age: int
    imported_at: str


class BankDecision(TypedDict):
    """An override with two signatures."""

    reference: str
    line: str
    application: str | None
    kind: str
    reason: str
    amount: int
    currency: str
    state: str
    proposed_by: str
    proposed_at: str
    decided_at: str | None


class Suggestion(TypedDict):
    """An open order that a movement may be for, and why."""

    application: str
    transaction: str
    amount: int
    currency: str
    name: dict[str, str]
    why: list[str]


class RefundSuggestion(TypedDict):
    """A refund that a movement may have paid or brought back, and why."""

    refund: str
    amount: int
    currency: str
    name: str
    why: list[str]


class BankMatch(TypedDict):
    """What a part of a movement was for."""

    kind: str
    amount: int
    currency: str
    payment: str | None
    refund: str | None
    made_at: str


class BankLineDetail(BankLine):
    """A movement with all that is known of it."""

    bank_reference: str
    party_account: str
    matches: list[BankMatch]
    decisions: list[BankDecision]
    suggestions: list[Suggestion]
    refunds: list[RefundSuggestion]


class BankOverview(TypedDict):
    """What is in suspense, oldest first, and what came last."""

    accounts: list[BankAccount]
    open: int
    lines: list[BankLine]
    page: int
    more: bool
    files: list[StatementFile]
    decisions: list[BankDecision]


class Sum(TypedDict):
    """Minor units of a currency."""

    amount: int
    currency: str


class DayTaken(TypedDict):
    """What was taken on a day."""

    day: str
    amount: int


class Taken(TypedDict):
    """What was taken in a currency: on the day of the books, and on each of the days up to it."""

    currency: str
    amount: int
    days: list[DayTaken]


class ByMethod(TypedDict):
    """The payments of a day by method."""

    method: str
    currency: str
    count: int
    amount: int


class Suspense(TypedDict):
    """Money in suspense of one age."""

    age: str
    count: int
    sums: list[Sum]


class RefundsOwed(TypedDict):
    """What is owed back; `oldest` in days."""

    count: int
    oldest: int
    sums: list[Sum]


class Discrepancy(TypedDict):
    """Something journal, provider and bank do not say alike; `age` in days."""

    kind: str
    about: str
    amount: int
    currency: str
    owner: str | None
    age: int
    overdue: bool


class Dispute(TypedDict):
    """A payment that a payer's bank has taken back; `answer_by` is the last day for evidence, `age` in days."""

    payment: str
    application: str
    amount: int
    currency: str
    state: str
    answer_by: str | None
    age: int


class Comparison(TypedDict):
    """The last comparison."""

    at: str
    compared: int
    open: int
    overdue: int


class Books(TypedDict):
    """The picture of a day."""

    day: str
    today: str
    taken: list[Taken]
    methods: list[ByMethod]
    suspense: list[Suspense]
    refunds: RefundsOwed
    open: list[Discrepancy]
    disputes: list[Dispute]
    run: Comparison | None


class Bank:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def overview(self, actor: Actor, page: str) -> BankOverview:
        """What is in suspense, the files, the overrides that wait."""
        return cast(BankOverview, self.client.get("/desk/bank", actor, page=page))

    def import_file(self, actor: Actor, filename: str, content: bytes) -> StatementFile:
        """Imports a file of statements."""
        headers = {"Content-Type": "application/octet-stream"}
        answer = self.client.raw(
            "POST", "/desk/bank/statements", actor, {"filename": filename}, data=content, headers=headers
        )
        return cast(StatementFile, json.loads(answer))

    def line(self, actor: Actor, reference: str) -> BankLineDetail:
        """One movement."""
        return cast(BankLineDetail, self.client.get(_line_path(reference), actor))

    def act(self, actor: Actor, reference: str, verb: str, body: dict[str, Any]) -> None:
        """Takes a movement over, uses it for an application, books it, or proposes an override."""
        self.client.post(f"{_line_path(reference)}/{verb}", actor, body)

    def decide(self, actor: Actor, reference: str, verdict: str, key: str) -> None:
        """The second person's decision about an override."""
        body = {"verdict": verdict, "key": key}
        self.client.post(f"/desk/bank/decisions/{quote(reference, safe='')}", actor, body)

    def books(self, actor: Actor, on: str | None) -> Books:
        """The books of a day, by default today."""
        return cast(Books, self.client.get("/desk/books", actor, on=on))

    def take_discrepancy(self, actor: Actor, kind: str, about: str) -> None:
        """The actor answers for something that does not fit."""
        self.client.post("/desk/books/take", actor, {"kind": kind, "about": about})


def _line_path(reference: str) -> str:
    return f"/desk/bank/lines/{quote(reference, safe='')}"
