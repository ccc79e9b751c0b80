"""The mission's ledger, for its head and for auditors."""

from typing import TypedDict, cast

from services.gateway.clients.http import Client
from shared.identity.actor import Actor


class Balance(TypedDict):
    """The balance of an account in one currency, in minor units, debit positive."""

    account: str
    amount: int
    currency: str


class Close(TypedDict):
    """A closed day, and how many entries it closed."""

    day: str
    entries: int


class TrialBalance(TypedDict):
    """All balances at an instant, and the latest closes."""

    at: str
    balances: list[Balance]
    closes: list[Close]


class Ledger:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def trial_balance(self, actor: Actor, at: str = "") -> TrialBalance:
        """The balances before an instant (ISO 8601 with offset), or now."""
        return cast(TrialBalance, self.client.get("/desk/ledger", actor, at=at or None))

    def export(self, actor: Actor, form: str) -> bytes:
        """All entries until now, as `csv` or `beancount`."""
        return self.client.raw("GET", f"/desk/ledger/export.{form}", actor)
