"""Fetches a file of rates from the disk or by one request, in a time and a size that have limits."""

from pathlib import Path

import requests

from services.consular.payments.http import deadline_session
from services.consular.payments.rates.ecb import MAX_BYTES
from shared import deadline
from shared.errors import Unavailable

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0


def fetch(source: str) -> bytes:
    """The file at a path, or at an address that begins with https:// or http://. At most one byte over the limit is
    read, which its reader then refuses. Raises Unavailable (rates_unavailable)."""
    try:
        if source.startswith(("https://", "http://")):
            return _download(source)
        with Path(source).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, requests.RequestException) as error:
        raise Unavailable("rates_unavailable") from error


def _download(url: str) -> bytes:
    with deadline_session() as session, deadline.within(CONNECT_SECONDS + READ_SECONDS):
        timeout = CONNECT_SECONDS, READ_SECONDS
        with session.get(url, timeout=timeout, allow_redirects=False, stream=True) as answer:
            if answer.status_code != requests.codes.ok:
                raise Unavailable("rates_unavailable")
            content: bytes = answer.raw.read(MAX_BYTES + 1, decode_content=True)
            return content
