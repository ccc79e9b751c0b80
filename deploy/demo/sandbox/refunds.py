"""The card provider's refunds: of what a page took, all of it or a part, once for each key."""

import threading
from dataclasses import dataclass

from deploy.demo.sandbox.pages import Books
from shared.values.money import Money


@dataclass(frozen=True)
class CardRefund:
    """A refund as the provider has it."""

    id: str
    key: str
    reference: str
    money: Money

    def as_answer(self) -> dict[str, object]:
        """As the interface tells it."""
        return {
            "id": self.id,
            "key": self.key,
            "reference": self.reference,
            "state": "refunded",
            "amount": self.money.amount,
            "currency": self.money.currency,
        }


class NotRefundable(Exception):
    """Nothing, or less, was taken for the reference; or the key came again with another order."""


class RefundBooks:
    """All refunds of this run, in memory. Every change is made under one lock."""

    def __init__(self, pages: Books) -> None:
        self.pages = pages
        self.lock = threading.Lock()
        self.by_key: dict[str, CardRefund] = {}

    def refund(self, key: str, reference: str, money: Money) -> CardRefund:
        """A new refund, or the one that was made for this key. Raises NotRefundable."""
        with self.lock:
            known = self.by_key.get(key)
            if known is not None:
                if (known.reference, known.money) != (reference, money):
                    raise NotRefundable
                return known
            page = self.pages.find(reference)
            taken = page.taken if page is not None else None
            if (
                taken is None
                or taken.currency != money.currency
                or not 0 < money.amount <= self._left(reference, taken)
            ):
                raise NotRefundable
            made = CardRefund(f"refund_{len(self.by_key) + 1}", key, reference, money)
            self.by_key[key] = made
            return made

    def _left(self, reference: str, taken: Money) -> int:
        return taken.amount - sum(each.money.amount for each in self.by_key.values() if each.reference == reference)
