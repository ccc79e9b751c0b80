"""The card provider's books: hosted pages, what is chosen on them, and which notifications follow from that."""

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shared.values.money import Money

OPEN, COMPLETE, EXPIRED = "open", "complete", "expired"


@dataclass(frozen=True)
class Page:
    """A hosted page, which the interface calls a Checkout Session. `taken` is the money once it is there; `declined`
    is the bank's reason for the last try that failed."""

    id: str
    reference: str
    asked: Money
    success_url: str
    cancel_url: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    opened_at: float = field(default_factory=time.time)
    state: str = OPEN
    taken: Money | None = None
    declined: str | None = None

    @property
    def payment(self) -> str | None:
        """The name of its payment, which begins with the first try."""
        return f"pi_{self.token}" if self.taken or self.declined else None

    @property
    def charge(self) -> str:
        """The name of what takes its money."""
        return f"ch_{self.token}"

    @property
    def token(self) -> str:
        """What its names have in common."""
        return self.id.removeprefix("cs_test_")


@dataclass(frozen=True)
class Outcome:
    """One thing that can happen on a page: whether money is taken or the bank declines, how many notifications tell it,
    whether it is late. A payer who neither pays nor is declined just leaves."""

    pays: bool = False
    declined: str | None = None
    notices: int = 1
    late: bool = False
    fault: str | None = None


OUTCOMES: Mapping[str, Outcome] = {
    "pay": Outcome(pays=True),
    "pay-and-notify-twice": Outcome(pays=True, notices=2),
    "pay-late": Outcome(pays=True, late=True),
    "pay-silently": Outcome(pays=True, notices=0),
    "pay-wrong-amount": Outcome(pays=True, fault="amount"),
    "pay-wrong-currency": Outcome(pays=True, fault="currency"),
    "decline": Outcome(declined="card_declined"),
    "cancel": Outcome(notices=0),
}


class Books:
    """All pages of this run, in memory. Every change is made under one lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pages: dict[str, Page] = {}

    def open(
        self, reference: str, asked: Money, success_url: str, cancel_url: str, metadata: Mapping[str, str]
    ) -> Page:
        """A new page."""
        page = Page("cs_test_" + secrets.token_hex(18), reference, asked, success_url, cancel_url, metadata)
        with self.lock:
            self.pages[page.id] = page
        return page

    def find(self, reference: str) -> Page | None:
        """The page opened for a reference."""
        return next((page for page in list(self.pages.values()) if page.reference == reference), None)

    def by_payment(self, name: str) -> Page | None:
        """The page of a payment or a charge."""
        found = (page for page in list(self.pages.values()) if name in (page.payment, page.charge))
        return next(found, None)

    def act(self, page_id: str, outcome: Outcome) -> Page | None:
        """What the payer did on an open page; None if it had ended before. A declined card leaves it open."""
        with self.lock:
            page = self.pages[page_id]
            if page.state != OPEN:
                return None
            if outcome.pays:
                page = replace(page, state=COMPLETE, taken=_taken(page.asked, outcome.fault), declined=None)
            elif outcome.declined:
                page = replace(page, declined=outcome.declined)
            self.pages[page_id] = page
            return page

    def expire(self, page_id: str) -> Page | None:
        """Ends an open page; None if it had ended before."""
        with self.lock:
            if self.pages[page_id].state != OPEN:
                return None
            self.pages[page_id] = replace(self.pages[page_id], state=EXPIRED)
            return self.pages[page_id]


def _taken(asked: Money, fault: str | None) -> Money:
    if fault == "amount":
        return Money(asked.amount + 1, asked.currency)
    if fault == "currency":
        return Money(asked.amount, "EUR" if asked.currency != "EUR" else "USD")
    return asked
