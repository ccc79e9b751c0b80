"""One request to a provider and its whole answer, in the time of one connection and one answer."""

from dataclasses import dataclass
from typing import Any

import requests

from services.consular.payments.http import deadline_session
from services.consular.payments.providers.rules import OutcomeUnknown
from shared import deadline
from shared.errors import Refusal, Unavailable

CONNECT_SECONDS, READ_SECONDS = 2.0, 6.0
MAX_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True)
class Line:
    """The line to a provider. Nothing is shared between threads, and no library repeats a request."""

    url: str
    read_seconds: float = READ_SECONDS

    def ask(self, method: str, path: str, **content: Any) -> tuple[int, bytes]:
        """Status and body. Raises Unavailable (provider_down) when the request surely did not arrive, OutcomeUnknown
        when it may have."""
        timeout = CONNECT_SECONDS, self.read_seconds
        try:
            with deadline_session() as session, deadline.within(sum(timeout)):
                answer = session.request(
                    method, self.url.rstrip("/") + path, timeout=timeout, allow_redirects=False, **content
                )
        except requests.ConnectTimeout as error:
            raise Unavailable("provider_down") from error
        except requests.ConnectionError as error:
            raise _connection_error(error) from error
        except requests.RequestException as error:
            raise OutcomeUnknown from error
        return answer.status_code, answer.content


def _connection_error(error: requests.ConnectionError) -> Exception:
    """A refused connection carried no request; one that broke later may have carried it."""
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return Unavailable("provider_down") if type(cause).__name__ == "NewConnectionError" else OutcomeUnknown()


def check_clear(status: int, content: bytes) -> None:
    """Raises Refusal (provider_refused) where the provider refuses, OutcomeUnknown where there is no sure answer."""
    if 400 <= status < 500 and status not in (408, 429):
        raise Refusal("provider_refused")
    if not 200 <= status < 300 or len(content) > MAX_ANSWER_BYTES:
        raise OutcomeUnknown
