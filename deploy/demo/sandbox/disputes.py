"""The card provider's disputes: the payer's bank takes a payment back, and is later won over or not."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from deploy.demo.sandbox.pages import Books, Page
from shared.values.money import Money

# What may be done on a page that has taken money: the state of the dispute after it.
CHOICES: Mapping[str, str] = {"dispute": "needs_response", "dispute-won": "won", "dispute-lost": "lost"}
ANSWER_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class CardDispute:
    """A dispute as the provider has it. Instants are in seconds since 1970."""

    id: str
    page: Page
    state: str
    money: Money
    opened_at: float
    answer_by: float


class DisputeBooks:
    """The disputes of this run, one for each page, in memory. Every change is made under one lock."""

    def __init__(self, pages: Books) -> None:
        self.pages = pages
        self.lock = threading.Lock()
        self.by_reference: dict[str, CardDispute] = {}

    def change(self, reference: str, choice: str, amount: int | None = None) -> CardDispute | None:
        """Opens a dispute of all that was taken or of `amount`, or ends it; None for what is not possible now."""
        with self.lock:
            page, known = self.pages.find(reference), self.by_reference.get(reference)
            if page is None or page.taken is None or (known is not None and known.state in ("won", "lost")):
                return None
            if known is None:
                money = Money(amount or page.taken.amount, page.taken.currency)
                now = time.time()
                known = CardDispute(f"dp_{page.token}", page, "needs_response", money, now, now + ANSWER_SECONDS)
            self.by_reference[reference] = replace(known, state=CHOICES[choice])
            return self.by_reference[reference]

    def of(self, page: Page) -> CardDispute | None:
        """The dispute about a page's payment."""
        return self.by_reference.get(page.reference)

    def opened_since(self, since: float) -> list[CardDispute]:
        """Those that were opened at an instant or later, the last one first."""
        found = [one for one in list(self.by_reference.values()) if one.opened_at >= since]
        return sorted(found, key=lambda one: -one.opened_at)
