"""The adapter to a provider of another kind: it redirects to a page of its own, sends no notifications, and is asked.

It has the merchant's name and secret in each request, amounts as text in major units, and words of its own for states.
"""

import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from services.consular.payments.providers.exchange import READ_SECONDS, Line, check_clear
from services.consular.payments.providers.rules import (
    Answer,
    AttemptReference,
    DisputeAnswer,
    DisputeStatus,
    Event,
    OutcomeUnknown,
    ProviderStatus,
)
from shared.errors import Unavailable
from shared.values.money import Money

PATH = "/payment-requests"
NOBODYS_ATTEMPT = "mahjar-ready"
STATUSES = {
    "CREATED": ProviderStatus.OPEN,
    "OPENED": ProviderStatus.OPEN,
    "COMPLETED": ProviderStatus.PAID,
    "REJECTED": ProviderStatus.FAILED,
    "ABANDONED": ProviderStatus.FAILED,
    "EXPIRED": ProviderStatus.FAILED,
}

CHARGEBACK_STATUSES = {
    "RAISED": DisputeStatus.OPEN,
    "REVERSED": DisputeStatus.WON,
    "FINAL": DisputeStatus.LOST,
}


class PolledProvider:
    """A provider that is only ever asked: the return page, the counter and the job ask it, nothing comes by itself."""

    def __init__(self, url: str, merchant: str, secret: str, read_seconds: float = READ_SECONDS) -> None:
        self.line = Line(url, read_seconds)
        self.auth = (merchant, secret)

    def open_page(self, reference: str, money: Money, return_url: str) -> Answer:
        """As the card provider: our reference is the key, and a repeated call opens no second payment.

        Raises OutcomeUnknown, Unavailable (provider_down), Refusal (provider_refused).
        """
        form = {
            "merchantReference": reference,
            "amount": str(money.major),
            "currencyCode": money.currency,
            "returnTo": return_url,
        }
        return read_request(*self.line.ask("POST", PATH, data=form, auth=self.auth))

    def query_status(self, attempt: AttemptReference) -> Answer:
        """The answer about an attempt, by our reference of it. Raises OutcomeUnknown, Unavailable, Refusal."""
        return self._ask_about(attempt.reference)

    def close_page(self, attempt: AttemptReference) -> Answer:
        """Ends a page that is still open, so that nobody can pay on it any more; what has become of it before that, or
        by that. Raises OutcomeUnknown, Unavailable, Refusal."""
        status, content = self.line.ask("POST", f"{_path(attempt)}/cancellation", auth=self.auth)
        return Answer(ProviderStatus.ABSENT) if status == 404 else read_request(status, content)

    def refund(self, key: str, attempt: AttemptReference, money: Money) -> Answer:
        """Pays back what was taken for an attempt, or a part of it, once for each key. Raises as `open_page`."""
        form = {"refundKey": key, "amount": str(money.major), "currencyCode": money.currency}
        return read_request(*self.line.ask("POST", f"{_path(attempt)}/refunds", data=form, auth=self.auth))

    def query_refund(self, key: str, _attempt: AttemptReference) -> Answer:
        """The answer about a refund, by our key of it. Raises OutcomeUnknown, Unavailable."""
        status, content = self.line.ask("GET", f"/refunds/{quote(key, safe='')}", auth=self.auth)
        return Answer(ProviderStatus.ABSENT) if status == 404 else read_request(status, content)

    def list_disputed(self, since: datetime) -> list[str]:
        """As the card provider. Raises OutcomeUnknown, Unavailable, Refusal (provider_refused)."""
        params = {"changedSince": since.astimezone(UTC).isoformat(timespec="seconds")}
        return read_chargebacks(*self.line.ask("GET", "/chargebacks", auth=self.auth, params=params))

    def find_attempt(self, event: Event) -> str | None:
        """Our reference that a notification names: this provider sends none."""
        return event.attempt

    def check(self) -> None:
        """Raises Unavailable (provider_down) unless the provider answers about an attempt that nobody made."""
        try:
            self._ask_about(NOBODYS_ATTEMPT)
        except OutcomeUnknown as error:
            raise Unavailable("provider_down") from error

    def _ask_about(self, reference: str) -> Answer:
        status, content = self.line.ask("GET", f"{PATH}/{quote(reference, safe='')}", auth=self.auth)
        return Answer(ProviderStatus.ABSENT) if status == 404 else read_request(status, content)


def _path(attempt: AttemptReference) -> str:
    return f"{PATH}/{quote(attempt.reference, safe='')}"


def read_request(status: int, content: bytes) -> Answer:
    """The answer in a response. Raises Refusal (provider_refused), or OutcomeUnknown for anything malformed."""
    check_clear(status, content)
    try:
        return _answer(json.loads(content)["paymentRequest"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OutcomeUnknown from error


def read_chargebacks(status: int, content: bytes) -> list[str]:
    """The attempts in a list of chargebacks. Raises Refusal (provider_refused), OutcomeUnknown for anything
    malformed."""
    check_clear(status, content)
    try:
        return [str(one["merchantReference"]) for one in json.loads(content)["chargebacks"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OutcomeUnknown from error


def _answer(sent: dict[str, Any]) -> Answer:
    status = STATUSES[sent["status"]]
    url, reason = sent.get("redirectTo"), sent.get("reasonCode")
    return Answer(
        status=status,
        provider_reference=str(sent["id"]),
        amount=_settled(sent["settled"]) if status is ProviderStatus.PAID else None,
        url=url if isinstance(url, str) else None,
        reason=reason if isinstance(reason, str) else None,
        dispute=_chargeback(sent.get("chargeback")),
    )


def _chargeback(sent: dict[str, Any] | None) -> DisputeAnswer | None:
    if sent is None:
        return None
    answer_by = sent.get("answerBefore")
    return DisputeAnswer(
        str(sent["id"]),
        CHARGEBACK_STATUSES[sent["status"]],
        _settled(sent["debited"]),
        str(sent["reasonCode"]) if sent.get("reasonCode") else None,
        date.fromisoformat(answer_by) if answer_by else None,
    )


def _settled(money: dict[str, Any]) -> Money:
    """What the provider has. An amount that is no text may have gone through a float and is not believed."""
    amount = money["amount"]
    if not isinstance(amount, str):
        raise TypeError("amounts are text")
    return Money.of(amount, money["currencyCode"])
