"""Text messages: handed to a provider by HTTP, who takes them, refuses them for good, or asks to come back."""

import json
from dataclasses import dataclass

import urllib3

from services.gateway.accounts.mail.senders import NotNow, Undeliverable
from shared.deadline_http import DeadlineConnection
from shared.settings.mail import SmsProvider

CONNECT_SECONDS, READ_SECONDS = 2.0, 10.0
# The provider's own troubles, and "too many at once".
PASSING = frozenset({408, 425, 429})


@dataclass(frozen=True)
class SmsSender:
    """One provider. It is given an id, so that a message which it was handed twice goes out once."""

    provider: SmsProvider

    def send(self, message_id: str, phone: str, text: str) -> None:
        """Raises Undeliverable or NotNow."""
        body = json.dumps({"id": message_id, "to": phone, "text": text}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.provider.token}"}
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        try:
            pool = urllib3.connection_from_url(self.provider.url, retries=False, timeout=timeout)
            pool.ConnectionCls = DeadlineConnection
            answer = pool.urlopen("POST", urllib3.util.parse_url(self.provider.url).request_uri, body, headers)
        except urllib3.exceptions.HTTPError as error:
            raise NotNow(type(error).__name__) from error
        if 400 <= answer.status < 500 and answer.status not in PASSING:
            raise Undeliverable(f"sms_{answer.status}")
        if answer.status >= 300:
            raise NotNow(f"sms_{answer.status}")
