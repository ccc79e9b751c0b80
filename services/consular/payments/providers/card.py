"""The adapter to the card provider: opens a hosted page, queries its status, reads notifications."""

import json
import re
from datetime import date, datetime
from typing import Any

from services.consular.payments.providers.exchange import READ_SECONDS, Line, check_clear
from services.consular.payments.providers.rules import (
    Answer,
    DisputeAnswer,
    DisputeStatus,
    Event,
    OutcomeUnknown,
    ProviderStatus,
)
from services.consular.payments.providers.signature import api_token
from shared.errors import Refusal, Unavailable
from shared.values.money import Money

NOBODYS_ATTEMPT = "mahjar-ready"
NAME = re.compile(r"[A-Za-z0-9_.:-]{1,120}", re.ASCII)
STATUSES = {
    "open": ProviderStatus.OPEN,
    "paid": ProviderStatus.PAID,
    "failed": ProviderStatus.FAILED,
    "cancelled": ProviderStatus.FAILED,
    # Of a refund.
    "pending": ProviderStatus.OPEN,
    "refunded": ProviderStatus.PAID,
}

DISPUTE_STATUSES = {
    "needs_response": DisputeStatus.OPEN,
    "under_review": DisputeStatus.OPEN,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
}


class Provider:
    """A card provider with a hosted payment page. Amounts travel as positive integers in minor units.

    Each call makes exactly one request.
    """

    def __init__(self, url: str, secret: str, read_seconds: float = READ_SECONDS) -> None:
        self.line = Line(url, read_seconds)
        self.headers = {"Authorization": f"Bearer {api_token(secret)}"}

    def open_page(self, reference: str, money: Money, return_url: str) -> Answer:
        """The hosted page of an attempt, whose reference is the idempotency key: a repeated call opens no second.

        Raises OutcomeUnknown when the page may have been opened, Unavailable (provider_down) when it surely was not,
        Refusal (provider_refused) when the provider refuses.
        """
        page_request = {
            "reference": reference,
            "amount": money.amount,
            "currency": money.currency,
            "return_url": return_url,
        }
        return self._answer("POST", "/v1/pages", json=page_request, headers={"Idempotency-Key": reference})

    def query_status(self, reference: str) -> Answer:
        """The answer about an attempt, by our reference of it. Raises OutcomeUnknown, Unavailable."""
        return self._answer("GET", "/v1/pages", params={"reference": reference})

    def refund(self, key: str, attempt: str, money: Money) -> Answer:
        """Pays back what was taken for an attempt, or a part of it, once for each key. Raises as `open_page`."""
        order = {"key": key, "reference": attempt, "amount": money.amount, "currency": money.currency}
        return self._answer("POST", "/v1/refunds", json=order, headers={"Idempotency-Key": key})

    def query_refund(self, key: str) -> Answer:
        """The answer about a refund, by our key of it. Raises OutcomeUnknown, Unavailable."""
        return self._answer("GET", "/v1/refunds", params={"key": key})

    def list_disputed(self, since: datetime) -> list[str]:
        """Our references of attempts whose dispute has changed since an instant. Raises OutcomeUnknown, Unavailable,
        Refusal (provider_refused)."""
        params = {"since": int(since.timestamp())}
        return read_disputed(*self.line.ask("GET", "/v1/disputes", headers=self.headers, params=params))

    def check(self) -> None:
        """Raises Unavailable (provider_down) unless the provider answers about an attempt that nobody made."""
        try:
            self.query_status(NOBODYS_ATTEMPT)
        except OutcomeUnknown as error:
            raise Unavailable("provider_down") from error

    def _answer(self, method: str, path: str, headers: dict[str, str] | None = None, **content: Any) -> Answer:
        return read_page(method, *self.line.ask(method, path, headers={**self.headers, **(headers or {})}, **content))


def read_page(method: str, status: int, content: bytes) -> Answer:
    """The answer in a response. Raises Refusal (provider_refused), or OutcomeUnknown where there is no sure answer."""
    if method == "GET" and status == 404:
        return Answer(ProviderStatus.ABSENT)
    check_clear(status, content)
    try:
        return page_answer(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OutcomeUnknown from error


def read_disputed(status: int, content: bytes) -> list[str]:
    """The attempts in a list of disputes. Raises Refusal (provider_refused), OutcomeUnknown for anything malformed."""
    check_clear(status, content)
    try:
        return [str(one["reference"]) for one in json.loads(content)["disputes"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OutcomeUnknown from error


def page_answer(page: dict[str, Any], *, unverified: bool = False) -> Answer:
    """A page of the provider as our answer. Raises ValueError, KeyError, TypeError or AttributeError for
    anything malformed."""
    status = STATUSES[page["state"]]
    money = Money(page["amount"], page["currency"]) if status is ProviderStatus.PAID else None
    url, reason = page.get("url"), page.get("reason")
    return Answer(
        status=status,
        provider_reference=str(page["id"]),
        amount=money,
        url=url if isinstance(url, str) else None,
        reason=reason if isinstance(reason, str) else None,
        unverified=unverified,
        dispute=_dispute(page.get("dispute")),
    )


def _dispute(sent: Any) -> DisputeAnswer | None:
    if sent is None:
        return None
    answer_by = sent.get("answer_by")
    return DisputeAnswer(
        str(sent["id"]),
        DISPUTE_STATUSES[sent["state"]],
        Money(sent["amount"], sent["currency"]),
        str(sent["reason"]) if sent.get("reason") else None,
        date.fromisoformat(answer_by) if answer_by else None,
    )


def read_event(raw: bytes) -> Event:
    """The event of a notification whose signature was checked. Raises Refusal (event_malformed)."""
    try:
        body = json.loads(raw)
        identity, kind = body["id"], body["type"]
        if not (NAME.fullmatch(identity) and NAME.fullmatch(kind)):
            raise ValueError("name")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refusal("event_malformed") from error
    page = body.get("page")
    reference = page.get("reference") if isinstance(page, dict) else None
    return Event(identity, kind, reference if isinstance(reference, str) else None, _unverified_answer(kind, page), raw)


def _unverified_answer(kind: str, page: object) -> Answer | None:
    if not kind.startswith("page.") or not isinstance(page, dict):
        return None
    try:
        return page_answer(page, unverified=True)
    except (ValueError, KeyError, TypeError, AttributeError):
        # A signed page that we cannot read (an unknown currency, for example) only makes us query the provider.
        return Answer(ProviderStatus.PAID, unverified=True)
