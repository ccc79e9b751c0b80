"""Asks the consular service about applications and all around them. No other file knows its addresses."""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypedDict, TypeVar, cast
from urllib.parse import quote

from services.gateway.consular_acts import Acts
from services.gateway.mandates import Mandates
from shared.client import Client
from shared.identity.actor import ANONYMOUS, Actor, service
from shared.identity.representation import pass_header

T = TypeVar("T")
# Missions and tariffs change by the day: pages may be half a minute behind, a quote never is.
KEPT_SECONDS = 30.0


class Amount(TypedDict):
    """Minor units of a currency."""

    amount: int
    currency: str


class Mission(TypedDict):
    """An embassy or consulate."""

    code: str
    name_ar: str
    name_en: str
    country: str
    zone: str
    currency: str


class Fee(TypedDict):
    """A line of the tariff, in its own currency and in the one the mission collects."""

    line: str
    beneficiary: str
    tariff: Amount
    collected: Amount
    source: str
    certainty: str


class TierOffer(TypedDict):
    """One speed of a transaction with its own price."""

    tier: str
    working_days: int
    fees: list[Fee]
    total: Amount | None


class Offer(TypedDict):
    """A transaction as one mission offers it on one day."""

    slug: str
    status: str
    status_source: str | None
    status_since: str | None
    working_days: int
    fees: list[Fee]
    total: Amount | None
    tiers: list[TierOffer]


class Quote(TypedDict):
    """What is to be paid, frozen until it expires."""

    lines: list[dict[str, Any]]
    priced_on: str
    total: int
    currency: str
    expires_at: str | None


class Payment(TypedDict):
    """Money on its way or arrived."""

    reference: str
    method: str
    state: str
    amount: int
    currency: str
    receipt: str | None
    held: str | None


class PaperOf(TypedDict):
    """A paper handed in."""

    id: str
    name: str
    filename: str
    bytes: int
    type: str


class Happening(TypedDict):
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
    papers: list[PaperOf]
    quote: Quote | None
    payments: list[Payment]
    refunds: list[dict[str, Any]]
    document: dict[str, str] | None
    timeline: list[Happening]
    stages: list[dict[str, str]]
    due_on: str | None
    lapses_on: str | None
    on_withdrawal: dict[str, Any] | None
    booked_for: str | None
    notices: list[dict[str, Any]]
    collection: Any
    upgrade: Quote | None
    allowed: list[str]
    behalf: dict[str, Any] | None


class Stage(TypedDict):
    """A stage of an application, without anything personal."""

    transaction: str
    status: str
    stages: list[dict[str, str]]


class Consular(Acts, Mandates):
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._kept: dict[str, tuple[float, object]] = {}

    def _recent(self, key: str, ask: Callable[[], T]) -> T:
        moment, kept = self._kept.get(key, (0.0, None))
        if kept is None or time.monotonic() - moment > KEPT_SECONDS:
            kept = ask()
            self._kept[key] = (time.monotonic(), kept)
        return cast(T, kept)

    def forget(self) -> None:
        """Asks everything afresh."""
        self._kept.clear()
        self._unread.clear()

    def missions(self) -> list[Mission]:
        """Every mission that receives applications."""
        return self._recent("missions", lambda: cast(list[Mission], self.client.get("/missions", ANONYMOUS)))

    def offers(self, mission: str, on: str) -> list[Offer]:
        """All transactions with status, days and price at a mission on a day (YYYY-MM-DD)."""
        return self._recent(
            f"offers {mission} {on}",
            lambda: cast(list[Offer], self.client.get("/transactions", ANONYMOUS, mission=mission, on=on)),
        )

    def offer(self, slug: str, mission: str) -> Offer:
        """One transaction as the mission offers it today."""
        return self._recent(
            f"offer {slug} {mission}",
            lambda: cast(Offer, self.client.get(f"/transactions/{quote(slug)}", ANONYMOUS, mission=mission)),
        )

    def rules(self, slug: str, mission: str, on: str) -> dict[str, Any]:
        """What applied to a transaction at a mission on a day, and what changed when."""
        return cast(dict[str, Any], self.client.get(f"/rules/{quote(slug)}", ANONYMOUS, mission=mission, on=on))

    def mine(self, actor: Actor) -> list[Application]:
        """The actor's own applications, latest first."""
        return cast(list[Application], self.client.get("/applications", actor))

    def application(self, actor: Actor, reference: str) -> Application:
        """One application with all that its reader may see."""
        return cast(Application, self.client.get(_at(reference), actor))

    def answer(self, actor: Actor, reference: str, answers: dict[str, Any]) -> Application:
        """Keeps answers of a draft or of a returned application."""
        return cast(Application, self.client.send("PUT", f"{_at(reference)}/answers", actor, {"answers": answers}))

    def add_paper(self, actor: Actor, reference: str, name: str, filename: str, content: bytes, kind: str) -> None:
        """Hands in a paper."""
        query = {"name": name, "filename": filename}
        headers = {"Content-Type": kind}
        self.client.raw("POST", f"{_at(reference)}/papers", actor, query, data=content, headers=headers)

    def remove_paper(self, actor: Actor, reference: str, paper: str) -> None:
        """Takes a paper back."""
        self.client.raw("DELETE", f"{_at(reference)}/papers/{quote(paper, safe='')}", actor)

    def paper(self, actor: Actor, paper: str) -> bytes:
        """The content of a paper as the service keeps it, cleaned."""
        return self.client.raw("GET", f"/papers/{quote(paper, safe='')}", actor)

    def submit(self, actor: Actor, reference: str, statements: Sequence[str], key: str) -> Application:
        """Sends the application in, with what the registers attested."""
        return self._post(actor, f"{_at(reference)}/submit", {"statements": list(statements), "key": key})

    def withdraw(self, actor: Actor, reference: str, key: str) -> Application:
        """Takes the application back."""
        return self._post(actor, f"{_at(reference)}/withdraw", {"key": key})

    def pay_by_card(self, actor: Actor, reference: str, key: str, return_url: str) -> dict[str, str]:
        """Opens a payment at the provider: {reference, redirect_url}."""
        body = {"method": "card", "key": key, "return_url": return_url}
        return cast(dict[str, str], self.client.post(f"{_at(reference)}/payments", actor, body))

    def refresh(self, actor: Actor, payment: str) -> Payment:
        """The payment after the provider has been asked."""
        return cast(Payment, self.client.post(f"/payments/{quote(payment, safe='')}/refresh", actor, {}))

    def provider_says(self, body: bytes, headers: dict[str, str]) -> bytes:
        """Passes on, untouched, what the payment provider sent; the service checks its signature."""
        return self.client.raw("POST", "/provider/webhook", service("gateway"), data=body, headers=headers)

    def receipt(self, actor: Actor, number: str) -> bytes:
        """A receipt as PDF."""
        return self.client.raw("GET", f"/receipts/{quote(number, safe='')}.pdf", actor)

    def document(self, actor: Actor, code: str, leave: str | None = None) -> bytes:
        """A document of the mission as PDF."""
        return self.client.raw("GET", f"/documents/{quote(code, safe='')}.pdf", actor, headers=pass_header(leave))

    def verify(self, actor: Actor, code: str) -> dict[str, Any]:
        """Whether a document of the mission is valid."""
        return cast(dict[str, Any], self.client.get(f"/verify/{quote(code, safe='')}", actor))

    def track(self, actor: Actor, reference: str, born: str) -> Stage:
        """The stage of an application, for whoever knows its reference and the birth date."""
        return cast(Stage, self.client.get("/track", actor, reference=reference, born=born))

    def ready(self) -> None:
        """Raises Unavailable unless the service answers."""
        self.client.raw("GET", "/ready", ANONYMOUS)

    def desk_queue(self, actor: Actor, **filters: str | int | None) -> dict[str, Any]:
        """Applications of the officer's mission: {rows, counts}."""
        return cast(dict[str, Any], self.client.get("/desk/queue", actor, **filters))

    def desk_case(self, actor: Actor, reference: str, reason: str | None = None) -> dict[str, Any]:
        """An application with the person's facts and its history. The read is recorded."""
        return cast(dict[str, Any], self.client.get(f"/desk/cases/{quote(reference, safe='')}", actor, reason=reason))

    def give_back(self, actor: Actor, reference: str, body: dict[str, Any], payment: str) -> None:
        """Owes held money back, as it came."""
        address = f"/desk/cases/{quote(reference, safe='')}/payments/{quote(payment, safe='')}/give-back"
        self.client.post(address, actor, body)

    def desk_passport(self, actor: Actor, number: str) -> dict[str, Any]:
        """What is known of a passport by its number, and whether it was reported lost."""
        return cast(dict[str, Any], self.client.get(f"/desk/passports/{quote(number, safe='')}", actor))

    def desk_surrender(self, actor: Actor, number: str) -> dict[str, Any]:
        """Records that a lost passport was handed in."""
        return cast(dict[str, Any], self.client.post(f"/desk/passports/{quote(number, safe='')}/surrender", actor, {}))

    def upgrade_price(self, actor: Actor, reference: str) -> dict[str, Any]:
        """What urgency would cost beyond what was paid: {price, paid, difference, due_on, due_before, quote}."""
        return cast(dict[str, Any], self.client.get(f"{_at(reference)}/upgrade", actor))

    def upgrade_by_card(self, actor: Actor, reference: str, key: str, return_url: str) -> dict[str, str]:
        """Opens a payment of the difference at the provider."""
        body = {"method": "card", "key": key, "return_url": return_url}
        return cast(dict[str, str], self.client.post(f"{_at(reference)}/upgrade/payments", actor, body))

    def upgrade_at_counter(self, actor: Actor, reference: str, key: str) -> dict[str, Any]:
        """Opens the debt for the difference, to be paid in cash."""
        return cast(dict[str, Any], self.client.post(f"{_at(reference)}/upgrade", actor, {"key": key}))

    def _post(self, actor: Actor, path: str, body: dict[str, Any]) -> Application:
        return cast(Application, self.client.post(path, actor, body))


def _at(reference: str) -> str:
    return f"/applications/{quote(reference, safe='')}"
