"""Tills at the counter, the safe and deposits at the bank."""

from typing import TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.consular.money.payments import Amount
from services.gateway.clients.http import Client
from shared.identity.actor import Actor


class Till(TypedDict):
    """An officer's cash in one currency, in minor units; counted, expected and variance once it is closed."""

    reference: str
    officer: str
    currency: str
    state: str
    opened_at: str
    float: int
    closed_at: str | None
    counted: int | None
    expected: int | None
    variance: int | None


class TillLine(TypedDict):
    """An entry of a till."""

    at: str
    kind: str
    source: str
    about: str
    amount: int


class TillSum(TypedDict):
    """What the entries of one kind come to."""

    kind: str
    amount: int


class TillDay(Till):
    """A till with its entries, which an open one does not tell."""

    lines: list[TillLine]
    sums: list[TillSum]
    entries: int


class Deposit(TypedDict):
    """Cash on its way to the bank, and the code of its slip."""

    reference: str
    amount: int
    currency: str
    slip: str
    made_at: str


class Denominations(TypedDict):
    """The coins and notes of a currency, in minor units, the largest first."""

    currency: str
    pieces: list[int]


class TillOverview(TypedDict):
    """The officer's open tills, the latest closed ones, the safe, deposits, and coins and notes: of the mission's own
    currency first."""

    open: list[Till]
    closed: list[Till]
    safe: list[Amount]
    deposits: list[Deposit]
    denominations: list[Denominations]


class Counted(TypedDict):
    """What was counted at the close, and what should have been there."""

    counted: int
    expected: int
    variance: int


Pieces = dict[str, int]


class Tills:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def overview(self, actor: Actor) -> TillOverview:
        """What the officer needs to open, close and deposit."""
        return cast(TillOverview, self.client.get("/desk/tills", actor))

    def day_sheet(self, actor: Actor, reference: str) -> TillDay:
        """One till."""
        return cast(TillDay, self.client.get(_path(reference), actor))

    def open(self, actor: Actor, currency: str, pieces: Pieces, key: str) -> str:
        """Opens a till with its float; returns its reference."""
        body = {"currency": currency, "pieces": pieces, "key": key}
        return str(self.client.post("/desk/tills", actor, body)["till"])

    def close(self, actor: Actor, reference: str, pieces: Pieces, key: str) -> Counted:
        """Closes a till by its count."""
        return cast(Counted, self.client.post(f"{_path(reference)}/close", actor, {"pieces": pieces, "key": key}))

    def deposit(self, actor: Actor, currency: str, pieces: Pieces, key: str) -> str:
        """Takes cash to the bank; returns the reference on the slip."""
        body = {"currency": currency, "pieces": pieces, "key": key}
        return str(self.client.post("/desk/tills/deposits", actor, body)["deposit"])


def _path(reference: str) -> str:
    return f"/desk/tills/{quote(reference, safe='')}"
