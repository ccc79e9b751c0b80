"""The card provider's books as objects of the Stripe API: names instead of objects, unless a question expands them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from deploy.demo.sandbox.disputes import CardDispute, DisputeBooks
from deploy.demo.sandbox.pages import COMPLETE, OPEN, Books, Page
from deploy.demo.sandbox.refunds import CardRefund, RefundBooks

Object = dict[str, Any]
PAYMENT, CHARGE = "payment_intent", "payment_intent.latest_charge"
DAY = 24 * 3600


class Writer:
    """Writes what the books hold. `home` is where payers find the pages; `expand` names what is written in full."""

    def __init__(self, refunds: RefundBooks, disputes: DisputeBooks, home: str, expand: Collection[str] = ()) -> None:
        self.refunds = refunds
        self.disputes = disputes
        self.home = home
        self.expand = {name.removeprefix("data.") for name in expand}

    def session(self, page: Page) -> Object:
        """A page with its payment."""
        return {
            "id": page.id,
            "object": "checkout.session",
            "amount_total": page.asked.amount,
            "cancel_url": page.cancel_url,
            "client_reference_id": page.reference,
            "created": int(page.opened_at),
            "currency": page.asked.currency.lower(),
            "expires_at": int(page.opened_at) + DAY,
            "livemode": False,
            "metadata": dict(page.metadata),
            "mode": "payment",
            "payment_intent": self._payment_of(page),
            "payment_status": "paid" if page.state == COMPLETE else "unpaid",
            "status": page.state,
            "success_url": page.success_url,
            "url": f"{self.home}/pages/{page.id}" if page.state == OPEN else None,
        }

    def _payment_of(self, page: Page) -> Object | str | None:
        if page.payment is None or not self.expand & {PAYMENT, CHARGE}:
            return page.payment
        return self.payment(page)

    def payment(self, page: Page) -> Object:
        """What a payer has paid, or tried to."""
        money = page.taken or page.asked
        charge: Object | str | None = (
            (self.charge(page) if CHARGE in self.expand else page.charge) if page.taken else None
        )
        return {
            "id": page.payment,
            "object": "payment_intent",
            "amount": money.amount,
            "amount_received": page.taken.amount if page.taken else 0,
            "created": int(page.opened_at),
            "currency": money.currency.lower(),
            "last_payment_error": {"type": "card_error", "code": page.declined} if page.declined else None,
            "latest_charge": charge,
            "livemode": False,
            "metadata": dict(page.metadata),
            "status": "succeeded" if page.taken else "requires_payment_method",
        }

    def charge(self, page: Page) -> Object:
        """What took the money."""
        assert page.taken is not None
        return {
            "id": page.charge,
            "object": "charge",
            "amount": page.taken.amount,
            "amount_refunded": self.refunds.refunded(page),
            "created": int(page.opened_at),
            "currency": page.taken.currency.lower(),
            "disputed": self.disputes.of(page) is not None,
            "livemode": False,
            "metadata": dict(page.metadata),
            "payment_intent": page.payment,
            "status": "succeeded",
        }

    def refund(self, refund: CardRefund) -> Object:
        """Money that has gone back."""
        return {
            "id": refund.id,
            "object": "refund",
            "amount": refund.money.amount,
            "charge": refund.page.charge,
            "created": int(refund.made_at),
            "currency": refund.money.currency.lower(),
            "metadata": dict(refund.metadata),
            "failure_reason": refund.failure,
            "payment_intent": refund.page.payment,
            "status": "failed" if refund.failure else "succeeded",
        }

    def dispute(self, dispute: CardDispute) -> Object:
        """What the payer's bank has taken back. It bears no metadata of its payment."""
        return {
            "id": dispute.id,
            "object": "dispute",
            "amount": dispute.money.amount,
            "charge": dispute.page.charge,
            "created": int(dispute.opened_at),
            "currency": dispute.money.currency.lower(),
            "evidence_details": {"due_by": int(dispute.answer_by)},
            "livemode": False,
            "metadata": {},
            "payment_intent": self.payment(dispute.page) if PAYMENT in self.expand else dispute.page.payment,
            "reason": "unrecognized",
            "status": dispute.state,
        }


def as_list(path: str, found: Iterable[Object], params: Mapping[str, Any]) -> Object:
    """A page of a list, the newest objects first, from the one after `starting_after`."""
    rows, limit = list(found), int(params.get("limit", 10))
    names = [row["id"] for row in rows]
    after = params.get("starting_after")
    begin = names.index(after) + 1 if after in names else 0
    return {
        "object": "list",
        "url": path,
        "data": rows[begin : begin + limit],
        "has_more": len(rows) > begin + limit,
    }


def created_within(created: float, params: Mapping[str, Any]) -> bool:
    """Whether an instant lies between the two that a question names."""
    span = params.get("created") or {}
    return float(span.get("gte", 0)) <= int(created) <= float(span.get("lte", "inf"))


def newest_first(books: Books) -> list[Page]:
    """All pages."""
    return sorted(books.pages.copy().values(), key=lambda page: -page.opened_at)
