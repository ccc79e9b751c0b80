"""The official client of the Stripe API over our own connections: their time limits, no repeated request, no telemetry.

Importing it costs some 15 MB: whoever takes no cards never does.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import stripe

from services.consular.payments.providers.exchange import Line
from services.consular.payments.providers.rules import OutcomeUnknown
from shared.errors import Refusal

# The version whose objects we read. Another one is another adapter's business.
API_VERSION = "2026-10-28.endive"
# A page of a hundred sessions with their payments.
MAX_ANSWER_BYTES = 2 * 1024 * 1024
# What the API needs of the headers that the client makes; the rest tells it about this machine.
SENT = frozenset({"Authorization", "Content-Type", "Idempotency-Key", "Stripe-Version", "User-Agent"})
REFUSED = (stripe.InvalidRequestError, stripe.AuthenticationError, stripe.PermissionError, stripe.CardError)
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
T = TypeVar("T")
stripe.enable_telemetry = False


class Absent(Exception):
    """The provider knows no such object."""


class Transport(stripe.HTTPClient):
    """How the client reaches the provider: by our line, which tells a request that never left from an unknown end."""

    name = "mahjar"

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: object
    ) -> tuple[str, int, Mapping[str, str]]:
        """As the client calls it. Raises Unavailable (provider_down), OutcomeUnknown."""
        sent = {name: value for name, value in (headers or {}).items() if name in SENT}
        path = url.removeprefix(self.line.url)
        status, content = self.line.ask(method.upper(), path, headers=sent, data=post_data)
        if len(content) > MAX_ANSWER_BYTES:
            raise OutcomeUnknown
        return content.decode("utf-8", "replace"), status, {}

    def close(self) -> None:
        """As the client calls it: each request has had a connection of its own."""


def connect(line: Line, key: str) -> stripe.StripeClient:
    """The client for a line, under an API key. It repeats nothing by itself."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": line.url},
        http_client=Transport(line),
        max_network_retries=0,
        stripe_version=API_VERSION,
    )


def ask(call: Callable[[], T]) -> T:
    """The result of a call, in the words of every adapter.

    Raises Absent, Refusal (provider_refused), Unavailable (provider_down), and OutcomeUnknown where there is no sure
    answer; a key that was used with other words is one: the first call may have done something.
    """
    try:
        return call()
    except REFUSED as error:
        if error.http_status is None:
            # The client itself could make nothing of an answer.
            raise OutcomeUnknown from error
        if error.http_status == 404:
            raise Absent from error
        raise Refusal("provider_refused") from error
    except stripe.StripeError as error:
        raise OutcomeUnknown from error
    except MALFORMED as error:
        raise OutcomeUnknown from error
