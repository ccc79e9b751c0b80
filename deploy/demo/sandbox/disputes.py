"""The card provider's disputes: the payer's bank takes a payment back, and is later won over or not."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from deploy.demo.days import today
from deploy.demo.sandbox.pages import Books
from shared.values.money import Money

# What may be done on a page that has taken money: the state of the dispute after it.
CHOICES: Mapping[str, str] = {"dispute": "needs_response", "dispute-won": "won", "dispute-lost": "lost"}
ANSWER_DAYS = 7


@dataclass(frozen=True)
class CardDispute:
    """A dispute as the provider has it. `changed_at` is in seconds since 1970."""

    id: str
    reference: str
    state: str
    money: Money
    answer_by: str
    changed_at: float

    def as_answer(self) -> dict[str, object]:
        """As the interface and the notifications tell it."""
        return {
            "id": self.id,
            "state": self.state,
            "amount": self.money.amount,
            "currency": self.money.currency,
            "reason": "not_recognised",
            "answer_by": self.answer_by,
        }


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
                answer_by = (today() + timedelta(days=ANSWER_DAYS)).isoformat()
                known = CardDispute(f"dispute_{page.id}", reference, "needs_response", money, answer_by, 0)
            self.by_reference[reference] = replace(known, state=CHOICES[choice], changed_at=time.time())
            return self.by_reference[reference]

    def dispute_of(self, reference: str) -> dict[str, object] | None:
        """What a page's answer says of its dispute."""
        known = self.by_reference.get(reference)
        return known.as_answer() if known else None

    def changed_since(self, since: float) -> list[str]:
        """The references of disputes that changed at an instant or later."""
        return [one.reference for one in list(self.by_reference.values()) if one.changed_at >= since]
