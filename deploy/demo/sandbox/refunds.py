"""The card provider's refunds: of what a page took, all of it or a part. A bank may send one back later."""

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from deploy.demo.sandbox.pages import Page
from shared.values.money import Money


@dataclass(frozen=True)
class CardRefund:
    """A refund as the provider has it."""

    id: str
    page: Page
    money: Money
    metadata: Mapping[str, str]
    made_at: float = field(default_factory=time.time)
    failure: str | None = None


class NotRefundable(Exception):
    """Nothing, or less, was taken on the page."""


class RefundBooks:
    """All refunds of this run, in memory. Every change is made under one lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made: list[CardRefund] = []

    def refund(self, page: Page, amount: int, metadata: Mapping[str, str]) -> CardRefund:
        """A new refund. Raises NotRefundable."""
        with self.lock:
            if page.taken is None or not 0 < amount <= page.taken.amount - self.refunded(page):
                raise NotRefundable
            made = CardRefund("re_" + secrets.token_hex(12), page, Money(amount, page.taken.currency), metadata)
            self.made.append(made)
            return made

    def refunded(self, page: Page) -> int:
        """What has gone back of a page's money."""
        return sum(one.money.amount for one in self.of(page) if one.failure is None)

    def of(self, page: Page) -> list[CardRefund]:
        """The refunds of a page, the last one first."""
        return [one for one in reversed(self.made) if one.page.id == page.id]

    def send_back(self, page: Page, failure: str) -> CardRefund | None:
        """The bank of the card sends the last refund of a page back, for a reason in the provider's words; None where
        nothing was paid back."""
        with self.lock:
            paid = next((one for one in self.of(page) if one.failure is None), None)
            if paid is None:
                return None
            failed = replace(paid, failure=failure)
            self.made[self.made.index(paid)] = failed
            return failed
