"""The outside beacon: a file that does not exist before a draw closes, and that nobody here can choose.

It is read from an address or from the disk. While it is not there, a draw waits.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import requests

from services.consular.appointments.lottery.rules.draw import hex_digest
from shared.logs import log

CONNECT_SECONDS, READ_SECONDS = 2.0, 6.0
MAX_BYTES = 64 * 1024
_NAMES = re.compile(r"\{(day|hour|epoch|milliseconds)\}")


def address_of(template: str, instant: datetime) -> str:
    """The address of the beacon of an instant. `{day}`, `{hour}`, `{epoch}` and `{milliseconds}` of the template stand
    for the instant in UTC, so that the announcement names one file and no other."""
    utc = instant.astimezone(UTC)
    epoch = int(utc.timestamp())
    values = {"day": f"{utc:%Y-%m-%d}", "hour": f"{utc:%H}", "epoch": str(epoch), "milliseconds": str(epoch * 1000)}
    return _NAMES.sub(lambda match: values[match[1]], template)


def read_beacon(address: str) -> bytes | None:
    """The content of the beacon; None while it is not there, or is empty or too long to be one."""
    content = _download(address) if address.startswith(("http://", "https://")) else _read(address)
    if not content or len(content) > MAX_BYTES:
        log().warning("draw.beacon_missing", address=hex_digest(address)[:12])
        return None
    return content


def _download(address: str) -> bytes | None:
    try:
        with requests.get(address, timeout=(CONNECT_SECONDS, READ_SECONDS), stream=True) as answer:
            if answer.status_code != requests.codes.ok:
                return None
            return next(answer.iter_content(MAX_BYTES + 1), b"")
    except requests.RequestException:
        return None


def _read(address: str) -> bytes | None:
    try:
        with Path(address.removeprefix("file://")).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        return None
