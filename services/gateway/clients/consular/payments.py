"""Money in the consular service: card payments, payments of an upgrade, what the provider sends."""

from typing import Any, TypedDict, cast
from urllib.parse import quote

from shared.client import Client
from shared.identity import Actor, service


class Amount(TypedDict):
    """Minor units of a currency."""

    amount: int
    currency: str


class Quote(TypedDict):
    """What is to be paid, frozen until it expires. Amounts in minor units."""

    lines: list[dict[str, Any]]
    priced_on: str
    total: int
    currency: str
    expires_at: str | None


class Payment(TypedDict):
    """A payment that was opened, whether the money has arrived or not. The amount is in minor units."""

    reference: str
    method: str
    state: str
    amount: int
    currency: str
    receipt: str | None
    held: str | None


class CardPage(TypedDict):
    """A payment opened at the provider, and the provider's page where it is made."""

    reference: str
    redirect_url: str


class Payments:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def open_card(self, actor: Actor, reference: str, key: str, return_url: str) -> CardPage:
        """Opens a payment at the provider."""
        body = {"method": "card", "key": key, "return_url": return_url}
        return cast(CardPage, self.client.post(f"{_path(reference)}/payments", actor, body))

    def refresh(self, actor: Actor, payment: str) -> Payment:
        """The payment after the provider has been asked."""
        return cast(Payment, self.client.post(f"/payments/{quote(payment, safe='')}/refresh", actor, {}))

    def forward_webhook(self, body: bytes, headers: dict[str, str]) -> bytes:
        """Passes on, untouched, what the payment provider sent; the service checks its signature."""
        return self.client.raw("POST", "/provider/webhook", service("gateway"), data=body, headers=headers)

    def upgrade_price(self, actor: Actor, reference: str) -> dict[str, Any]:
        """What urgency would cost beyond what was paid: {price, paid, difference, due_on, due_before, quote}."""
        return cast(dict[str, Any], self.client.get(f"{_path(reference)}/upgrade", actor))

    def open_upgrade_card(self, actor: Actor, reference: str, key: str, return_url: str) -> CardPage:
        """Opens a payment of the difference at the provider."""
        body = {"method": "card", "key": key, "return_url": return_url}
        return cast(CardPage, self.client.post(f"{_path(reference)}/upgrade/payments", actor, body))

    def open_upgrade_cash(self, actor: Actor, reference: str, key: str) -> None:
        """Opens the debt for the difference, to be paid in cash at the counter."""
        self.client.post(f"{_path(reference)}/upgrade", actor, {"key": key})


def _path(reference: str) -> str:
    return f"/applications/{quote(reference, safe='')}"
