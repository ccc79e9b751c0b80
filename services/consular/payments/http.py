"""Connections to the world outside, for the parts of payments that ask it: providers and publishers of rates."""

from typing import Any

import requests
from requests.adapters import HTTPAdapter

from shared.deadline_http import bind_to_deadline, tls_context


class DeadlineAdapter(HTTPAdapter):
    """Connections that end with the deadline, however slowly the other side answers."""

    def init_poolmanager(self, *words: Any, **options: Any) -> None:
        """As requests calls it."""
        super().init_poolmanager(*words, ssl_context=tls_context(), **options)
        bind_to_deadline(self.poolmanager)


def deadline_session() -> requests.Session:
    """A session of such connections; no library repeats a request in it."""
    session = requests.Session()
    session.mount("http://", DeadlineAdapter())
    session.mount("https://", DeadlineAdapter())
    return session
