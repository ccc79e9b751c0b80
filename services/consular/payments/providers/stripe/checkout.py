"""The adapter to a provider that speaks the Stripe API: opens a hosted page, asks about it, ends it, pays back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from services.consular.payments.providers.exchange import READ_SECONDS, Line
from services.consular.payments.providers.rules import (
    Answer,
    AttemptReference,
    Event,
    OutcomeUnknown,
    ProviderStatus,
)
from services.consular.payments.providers.stripe import objects
from services.consular.payments.providers.stripe.amounts import check_chargeable, money_of
from services.consular.payments.providers.stripe.objects import ATTEMPT, REFUND, Object
from shared.errors import Refusal, Unavailable
from shared.values.money import Money

if TYPE_CHECKING:
    from stripe import StripeClient

# Clocks of two houses differ; a page is opened within minutes of its attempt.
BEFORE, AFTER = timedelta(minutes=10), timedelta(hours=2)
PAGE_SIZE = 100
WITH_CHARGE = "payment_intent.latest_charge"
T = TypeVar("T")


class StripeProvider:
    """A card provider with a hosted payment page. A call makes one request or a few, each within its time limits; none
    is repeated."""

    def __init__(self, url: str, key: str, read_seconds: float = READ_SECONDS) -> None:
        self.line = Line(url.rstrip("/"), read_seconds)
        self.key = key

    @cached_property
    def client(self) -> "StripeClient":
        """The official client, loaded by whoever first calls the provider."""
        from services.consular.payments.providers.stripe.client import connect

        return connect(self.line, self.key)

    def open_page(self, reference: str, money: Money, return_url: str) -> Answer:
        """The hosted page of an attempt, whose reference is the idempotency key: a repeated call opens no second.

        Raises OutcomeUnknown when the page may have been opened, Unavailable (provider_down) when it surely was not,
        Refusal (provider_refused) when the provider refuses, or no card is charged this amount.
        """
        check_chargeable(money)
        page: Any = {
            "mode": "payment",
            "payment_method_types": ["card"],
            "client_reference_id": reference,
            "line_items": [{"quantity": 1, "price_data": _price(reference, money)}],
            # The quoted currency, and no other that the payer might choose on the page.
            "adaptive_pricing": {"enabled": False},
            "payment_intent_data": {"description": reference, "metadata": {ATTEMPT: reference}},
            "metadata": {ATTEMPT: reference},
            "success_url": return_url,
            "cancel_url": left_url(return_url),
        }
        sessions = self.client.v1.checkout.sessions
        return self._read(lambda: self._answer(sessions.create(page, {"idempotency_key": reference}).to_dict()))

    def query_status(self, attempt: AttemptReference) -> Answer:
        """The answer about an attempt. Raises OutcomeUnknown, Unavailable, Refusal."""
        session = self._session(attempt)
        return Answer(ProviderStatus.ABSENT) if session is None else self._read(lambda: self._answer(session))

    def close_page(self, attempt: AttemptReference) -> Answer:
        """Ends a page that is still open, so that nobody can pay on it any more; what has become of it before that, or
        by that. Raises OutcomeUnknown, Unavailable, Refusal."""
        session = self._session(attempt)
        if session is None:
            return Answer(ProviderStatus.ABSENT)
        if session["status"] == "open":
            expire, name = self.client.v1.checkout.sessions.expire, str(session["id"])
            try:
                self._read(lambda: expire(name, {}, {"idempotency_key": f"{attempt.reference}/close"}))
            except Unavailable:
                raise
            except Refusal:
                # Somebody has paid meanwhile: the page itself says so.
                pass
        return self.query_status(attempt)

    def refund(self, key: str, attempt: AttemptReference, money: Money) -> Answer:
        """Pays back what was taken for an attempt, or a part of it, once for each key. Raises as `open_page`.

        What is left of the payment is counted first: more than that is refused here, whatever the provider would do.
        """
        charge = self._charge(attempt)
        if charge is None:
            raise Refusal("provider_refused")
        refunds = self._refunds(charge)
        known = objects.find_refund(refunds, key)
        if known is not None:
            answer = self._read(lambda: objects.refund_answer(known))
            if _money(known) != money:
                raise Refusal("provider_refused")
            return answer
        left = self._read(lambda: objects.refundable(charge, refunds))
        check_chargeable(money)
        if money.currency != left.currency or money.amount > left.amount:
            raise Refusal("provider_refused")
        order: Any = {"charge": charge["id"], "amount": money.amount, "metadata": {REFUND: key}}
        create = self.client.v1.refunds.create
        return self._read(lambda: objects.refund_answer(create(order, {"idempotency_key": key}).to_dict()))

    def query_refund(self, key: str, attempt: AttemptReference) -> Answer:
        """The answer about a refund, by our key in its metadata. Raises OutcomeUnknown, Unavailable, Refusal."""
        charge = self._charge(attempt)
        known = objects.find_refund(self._refunds(charge), key) if charge is not None else None
        return Answer(ProviderStatus.ABSENT) if known is None else self._read(lambda: objects.refund_answer(known))

    def list_disputed(self, since: datetime) -> list[str]:
        """Our references of attempts about which a dispute was opened since an instant. Raises OutcomeUnknown,
        Unavailable, Refusal (provider_refused)."""
        asked: Any = {
            "created": {"gte": int(since.timestamp())},
            "limit": PAGE_SIZE,
            "expand": ["data.payment_intent"],
        }
        found = self._list(self.client.v1.disputes.list, asked)
        return self._read(lambda: [name for one in found if (name := objects.attempt_named(one["payment_intent"]))])

    def find_attempt(self, event: Event) -> str | None:
        """Our reference of the attempt that a notification is about; the provider is asked where it names its own
        payment alone. Raises OutcomeUnknown, Unavailable, Refusal."""
        if event.attempt is not None or event.payment is None:
            return event.attempt
        name, retrieve = event.payment, self.client.v1.payment_intents.retrieve
        payment = self._find(lambda: retrieve(name).to_dict())
        return self._read(lambda: objects.attempt_named(payment)) if payment is not None else None

    def check(self) -> None:
        """Raises Unavailable (provider_down) unless the provider answers under our key."""
        try:
            self._read(lambda: self.client.v1.checkout.sessions.list({"limit": 1}))
        except OutcomeUnknown as error:
            raise Unavailable("provider_down") from error

    def _answer(self, session: Object) -> Answer:
        """The answer in a session; disputes are asked for where its charge has one."""
        charge = objects.charge_of(session)
        disputes: list[Object] = []
        if charge is not None and charge.get("disputed"):
            disputes = self._list(self.client.v1.disputes.list, {"charge": charge["id"], "limit": PAGE_SIZE})
        return objects.session_answer(session, disputes)

    def _session(self, attempt: AttemptReference) -> Object | None:
        """The session of an attempt: by the provider's reference, else by ours among those of the time."""
        sessions, name = self.client.v1.checkout.sessions, attempt.provider_reference
        if name is not None:
            return self._find(lambda: sessions.retrieve(name, {"expand": [WITH_CHARGE]}).to_dict())
        created = {
            "gte": int((attempt.opened_at - BEFORE).timestamp()),
            "lte": int((attempt.opened_at + AFTER).timestamp()),
        }
        asked: Any = {"created": created, "limit": PAGE_SIZE, "expand": [f"data.{WITH_CHARGE}"]}
        listed = self._list(sessions.list, asked)
        return next((one for one in listed if one.get("client_reference_id") == attempt.reference), None)

    def _charge(self, attempt: AttemptReference) -> Object | None:
        session = self._session(attempt)
        return self._read(lambda: objects.charge_of(session)) if session is not None else None

    def _refunds(self, charge: Object) -> list[Object]:
        return self._list(self.client.v1.refunds.list, {"charge": charge["id"], "limit": PAGE_SIZE})

    def _list(self, query: Callable[[Any], Any], params: Any) -> list[Object]:
        """All pages of a list."""
        return self._read(lambda: [one.to_dict() for one in query(params).auto_paging_iter()])

    def _find(self, call: Callable[[], T]) -> T | None:
        from services.consular.payments.providers.stripe.client import Absent, ask

        try:
            return ask(call)
        except Absent:
            return None

    def _read(self, call: Callable[[], T]) -> T:
        from services.consular.payments.providers.stripe.client import Absent, ask

        try:
            return ask(call)
        except Absent as error:
            raise Refusal("provider_refused") from error


def left_url(return_url: str) -> str:
    """Where the page sends a payer who leaves it without paying: the same address, which then says so."""
    return f"{return_url}{'&' if '?' in return_url else '?'}left=1"


def _price(reference: str, money: Money) -> dict[str, object]:
    return {
        "currency": money.currency.lower(),
        "unit_amount": money.amount,
        "product_data": {"name": reference},
    }


def _money(refund: Object) -> Money:
    return money_of(refund["amount"], refund["currency"])
