"""The card provider's books: hosted pages, what is chosen on them, and which notifications follow from that."""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.values.money import Money


@dataclass(frozen=True)
class Page:
    """A hosted page. `taken` is the money once it is there; `state` is open, paid, failed or cancelled."""

    id: str
    reference: str
    asked: Money
    return_url: str
    state: str = "open"
    taken: Money | None = None
    reason: str | None = None

    def as_answer(self, home: str) -> dict[str, object]:
        """As the interface and the notifications tell it."""
        money = self.taken or self.asked
        return {
            "id": self.id,
            "reference": self.reference,
            "state": self.state,
            "amount": money.amount,
            "currency": money.currency,
            "reason": self.reason,
            "url": f"{home}/pages/{self.id}",
        }


@dataclass(frozen=True)
class Outcome:
    """One thing that can happen on a page: how it ends, how many notifications tell it, whether it is late."""

    state: str
    notices: int = 1
    late: bool = False
    fault: str | None = None


OUTCOMES: Mapping[str, Outcome] = {
    "pay": Outcome("paid"),
    "pay-and-notify-twice": Outcome("paid", notices=2),
    "pay-late": Outcome("paid", late=True),
    "pay-silently": Outcome("paid", notices=0),
    "pay-wrong-amount": Outcome("paid", fault="amount"),
    "pay-wrong-currency": Outcome("paid", fault="currency"),
    "decline": Outcome("failed"),
    "cancel": Outcome("cancelled"),
}


class Changed(Exception):
    """The same reference came again with another amount."""


class Books:
    """All pages of this run, in memory. Every change is made under one lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pages: dict[str, Page] = {}
        self.by_reference: dict[str, str] = {}

    def open(self, reference: str, asked: Money, return_url: str) -> Page:
        """A new page, or the one that was opened for this reference. Raises Changed."""
        with self.lock:
            known = self.by_reference.get(reference)
            if known is not None:
                if self.pages[known].asked != asked:
                    raise Changed
                return self.pages[known]
            page = Page("page_" + secrets.token_urlsafe(18), reference, asked, return_url)
            self.pages[page.id] = page
            self.by_reference[reference] = page.id
            return page

    def find(self, reference: str) -> Page | None:
        """The page opened for a reference."""
        known = self.by_reference.get(reference)
        return self.pages[known] if known else None

    def close(self, page_id: str, outcome: Outcome) -> Page | None:
        """Ends an open page; None if it had ended before."""
        with self.lock:
            page = self.pages[page_id]
            if page.state != "open":
                return None
            taken = _taken(page.asked, outcome.fault) if outcome.state == "paid" else None
            reason = {"failed": "card_declined", "cancelled": "cancelled_by_payer"}.get(outcome.state)
            self.pages[page_id] = replace(page, state=outcome.state, taken=taken, reason=reason)
            return self.pages[page_id]


def _taken(asked: Money, fault: str | None) -> Money:
    if fault == "amount":
        return Money(asked.amount + 1, asked.currency)
    if fault == "currency":
        return Money(asked.amount, "EUR" if asked.currency != "EUR" else "USD")
    return asked
