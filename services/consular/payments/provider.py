"""The one adapter to the card provider: opens a hosted page, asks what became of it, reads its notifications."""

import json
import re
from typing import Any

import requests

from services.consular.payments.rules import Answer, Event, OutcomeUnknown, ProviderStatus
from services.consular.payments.signature import api_token
from shared.errors import Refusal, Unavailable
from shared.values.money import Money

CONNECT_SECONDS, READ_SECONDS = 2.0, 6.0
MAX_ANSWER_BYTES = 64 * 1024
NAME = re.compile(r"[A-Za-z0-9_.:-]{1,120}", re.ASCII)
SAID = {
    "open": ProviderStatus.OPEN,
    "paid": ProviderStatus.PAID,
    "failed": ProviderStatus.FAILED,
    "cancelled": ProviderStatus.FAILED,
}


class Provider:
    """A card provider with a hosted payment page. Amounts travel as positive integers in minor units.

    Each call makes one request of its own: nothing is shared between threads, nothing is repeated behind our back.
    """

    def __init__(self, url: str, secret: str, read_seconds: float = READ_SECONDS) -> None:
        self.url = url.rstrip("/")
        self.headers = {"Authorization": f"Bearer {api_token(secret)}"}
        self.timeout = (CONNECT_SECONDS, read_seconds)

    def open_page(self, reference: str, money: Money, return_url: str) -> Answer:
        """A hosted page for an attempt; the attempt's reference is the idempotency key, so repeating opens no second.

        Raises OutcomeUnknown when it may or may not have been opened, Unavailable (provider_down) when it was surely
        not, Refusal (provider_refused) when the provider will not.
        """
        wanted = {
            "reference": reference,
            "amount": money.amount,
            "currency": money.currency,
            "return_url": return_url,
        }
        return self._answer("POST", "/v1/pages", json=wanted, headers={"Idempotency-Key": reference})

    def ask(self, reference: str) -> Answer:
        """What became of an attempt, by the reference we gave it. Raises OutcomeUnknown, Unavailable."""
        return self._answer("GET", "/v1/pages", params={"reference": reference})

    def _answer(self, method: str, path: str, headers: dict[str, str] | None = None, **content: Any) -> Answer:
        try:
            response = requests.request(
                method,
                self.url + path,
                headers={**self.headers, **(headers or {})},
                timeout=self.timeout,
                allow_redirects=False,
                **content,
            )
        except requests.ConnectTimeout as failed:
            raise Unavailable("provider_down") from failed
        except requests.ConnectionError as failed:
            raise _unsent(failed) from failed
        except requests.RequestException as failed:
            raise OutcomeUnknown from failed
        return read_page(method, response.status_code, response.content)


def _unsent(failed: requests.ConnectionError) -> Exception:
    """A connection refused carried nothing; one that broke later may have carried everything."""
    cause = getattr(failed.args[0], "reason", None) if failed.args else None
    return Unavailable("provider_down") if type(cause).__name__ == "NewConnectionError" else OutcomeUnknown()


def read_page(method: str, status: int, content: bytes) -> Answer:
    """The answer in a response. Raises OutcomeUnknown for anything that is not surely an answer."""
    if method == "GET" and status == 404:
        return Answer(ProviderStatus.ABSENT)
    if 400 <= status < 500 and status not in (408, 429):
        raise Refusal("provider_refused")
    if not 200 <= status < 300 or len(content) > MAX_ANSWER_BYTES:
        raise OutcomeUnknown
    try:
        return page_answer(json.loads(content))
    except (ValueError, KeyError, TypeError, RecursionError) as garbage:
        raise OutcomeUnknown from garbage


def page_answer(page: dict[str, Any], *, unverified: bool = False) -> Answer:
    """A page of the provider as our answer. Raises ValueError, KeyError or TypeError for anything malformed."""
    said = SAID[page["state"]]
    money = Money(page["amount"], page["currency"]) if said is ProviderStatus.PAID else None
    url, reason = page.get("url"), page.get("reason")
    return Answer(
        said=said,
        provider_reference=str(page["id"]),
        amount=money,
        url=url if isinstance(url, str) else None,
        reason=reason if isinstance(reason, str) else None,
        unverified=unverified,
    )


def read_event(raw: bytes) -> Event:
    """A notification whose signature has been checked. Raises Refusal (event_malformed) when it is none."""
    try:
        body = json.loads(raw)
        identity, kind = body["id"], body["type"]
        if not (NAME.fullmatch(identity) and NAME.fullmatch(kind)):
            raise ValueError("name")
    except (ValueError, KeyError, TypeError, RecursionError) as garbage:
        raise Refusal("event_malformed") from garbage
    page = body.get("page")
    named = page.get("reference") if isinstance(page, dict) else None
    return Event(identity, kind, named if isinstance(named, str) else None, _unverified_answer(kind, page), raw)


def _unverified_answer(kind: str, page: object) -> Answer | None:
    if not kind.startswith("page.") or not isinstance(page, dict):
        return None
    try:
        return page_answer(page, unverified=True)
    except (ValueError, KeyError, TypeError):
        # Signed and yet unreadable, an unheard-of currency for one: worth no more than asking the provider.
        return Answer(ProviderStatus.PAID, unverified=True)
