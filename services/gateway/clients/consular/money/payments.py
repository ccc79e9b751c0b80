"""Money in the consular service: card payments, payments of an upgrade, what the provider sends."""

from typing import NotRequired, TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from shared.identity.actor import ANONYMOUS, Actor, service


class Amount(TypedDict):
    """Minor units of a currency."""

    amount: int
    currency: str


class Rate(TypedDict):
    """The exchange rate of a fee; the value is text, so that no reader makes a float of it."""

    value: str
    source: str
    on: str


# Keys that are Python's own words need the other form of a TypedDict.
RateCurrencies = TypedDict("RateCurrencies", {"from": str, "to": str})


class AppliedRate(Rate, RateCurrencies):
    """An exchange rate from one currency to another."""


class Fee(TypedDict):
    """A line of the tariff, in its own currency and in the one the mission collects; `amount` is what is collected."""

    line: str
    beneficiary: str
    tariff: Amount
    collected: Amount
    amount: int
    currency: str
    source: str
    certainty: str
    rate: AppliedRate | None


class QuoteLine(Fee):
    """A fee of a quote, with the day since which its tariff is valid."""

    since: str | None


class Quote(TypedDict):
    """What is to be paid, frozen until it expires. Amounts in minor units."""

    order: str
    state: str
    lines: list[QuoteLine]
    priced_on: str
    made_at: str
    total: int
    currency: str
    cash_total: int
    expires_at: str | None
    expired: bool


class UpgradePrice(TypedDict):
    """What urgency would cost beyond what was paid, and the day it brings."""

    price: Fee
    paid: Fee
    difference: Fee
    cash_total: int
    due_on: str | None
    due_before: str | None
    working_days: int
    to: str
    quote: Quote | None


class Received(TypedDict):
    """What arrived for a payment, in minor units."""

    amount: int
    currency: str


class Payment(TypedDict):
    """A payment that was opened, whether the money has arrived or not. The amount is in minor units."""

    reference: str
    application: str
    method: str
    state: str
    amount: int
    currency: str
    receipt: str | None
    held: str | None
    received: Received | None
    failure: str | None
    refunded: NotRequired[str | None]
    dispute: NotRequired[str | None]


class PartPayments(TypedDict):
    """What has arrived of an open fee in parts, and what remains, at the counter too; minor units."""

    arrived: int
    remaining: int
    cash_remaining: int
    currency: str


class Refund(TypedDict):
    """Money owed back for a payment, since when, and when it was paid. Amounts are in minor units; of a payment that
    was held, also what arrived and what was asked for."""

    reference: str
    payment: str
    amount: int
    currency: str
    arrived: Amount | None
    asked: Amount | None
    state: str
    reason: str
    method: str | None
    since: str
    paid_at: str | None
    slip: str | None


class CardPage(Payment):
    """A payment opened at the provider, and the provider's page where it is made."""

    redirect_url: str


class BankAccount(TypedDict):
    """The mission's account, as a payer types it."""

    currency: str
    iban: str
    bic: str
    holder: str
    bank: str


class TransferTerms(TypedDict):
    """What a payer needs for a transfer. `received` came in parts already, `remaining` is left of the amount."""

    account: BankAccount
    reference: str
    amount: int
    currency: str
    received: int
    remaining: int
    expires_at: str
    expired: bool


class OwedBack(TypedDict):
    """What a mission owes back in one currency, in minor units: how many of each age, `oldest` in days."""

    currency: str
    count: int
    amount: int
    ages: list[int]
    oldest: int


class UnpaidRefunds(TypedDict):
    """What a mission owes back on its day."""

    mission: str
    day: str
    owed: list[OwedBack]


class Payments:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def open_card(self, actor: Actor, reference: str, key: str, return_url: str) -> CardPage:
        """Opens a payment at the provider."""
        return self._open_card(f"{_path(reference)}/payments", actor, key, return_url)

    def choose_transfer(self, actor: Actor, reference: str) -> None:
        """Makes sure that the price is one that may still be paid. Raises Conflict (price_changed)."""
        self.client.post(f"{_path(reference)}/transfer", actor, {})

    def transfer_terms(self, actor: Actor, reference: str) -> TransferTerms:
        """Account, amount and reference for a transfer."""
        return cast(TransferTerms, self.client.get(f"{_path(reference)}/transfer", actor))

    def refresh(self, actor: Actor, payment: str, *, left: bool = False) -> Payment:
        """The payment after the provider has been asked; a page that the payer has left is closed."""
        path = f"/payments/{quote(payment, safe='')}/refresh"
        return cast(Payment, self.client.post(path, actor, {"left": left}))

    def unpaid_refunds(self, mission: str) -> UnpaidRefunds:
        """What a mission owes back, for everybody."""
        return cast(UnpaidRefunds, self.client.get("/unpaid-refunds", ANONYMOUS, mission=mission))

    def forward_webhook(self, body: bytes, headers: dict[str, str]) -> bytes:
        """Passes on, untouched, what the payment provider sent; the service checks its signature."""
        return self.client.raw("POST", "/provider/webhook", service("gateway"), data=body, headers=headers)

    def upgrade_price(self, actor: Actor, reference: str) -> UpgradePrice:
        """What urgency would cost beyond what was paid."""
        return cast(UpgradePrice, self.client.get(f"{_path(reference)}/upgrade", actor))

    def open_upgrade_card(self, actor: Actor, reference: str, key: str, return_url: str) -> CardPage:
        """Opens a payment of the difference at the provider."""
        return self._open_card(f"{_path(reference)}/upgrade/payments", actor, key, return_url)

    def open_upgrade_cash(self, actor: Actor, reference: str, key: str) -> None:
        """Opens the debt for the difference, to be paid in cash at the counter."""
        self.client.post(f"{_path(reference)}/upgrade", actor, {"key": key})

    def _open_card(self, path: str, actor: Actor, key: str, return_url: str) -> CardPage:
        body = {"method": "card", "key": key, "return_url": return_url}
        return cast(CardPage, self.client.post(path, actor, body))


def _path(reference: str) -> str:
    return f"/applications/{quote(reference, safe='')}"
