"""Where metrics are read and traces are sent; neither unless a variable says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from shared.production import StartRefused, is_strong


@dataclass(frozen=True)
class ObservationSettings:
    """`port` 0 is no listener. `token` is asked of every reader; `traces` is the collector's address, or empty."""

    host: str = ""
    port: int = 0
    token: str = ""
    traces: str = ""

    @classmethod
    def load(cls, env: Mapping[str, str]) -> "ObservationSettings":
        """Raises StartRefused for an address that cannot be meant, and for one that others reach without a token."""
        host, port = _listener(env.get("MAHJAR_METRICS", ""))
        token, traces = env.get("MAHJAR_METRICS_TOKEN", ""), env.get("MAHJAR_TRACES", "")
        if token and not is_strong(token):
            raise StartRefused("Set MAHJAR_METRICS_TOKEN to a random text of 16 characters at least, or leave it out.")
        if port and not token and not _is_loopback(host):
            raise StartRefused("MAHJAR_METRICS can be reached by others: set MAHJAR_METRICS_TOKEN, or use 127.0.0.1.")
        if traces and urlsplit(traces).scheme not in ("http", "https"):
            raise StartRefused("Set MAHJAR_TRACES to the address of a collector: http://HOST:4318/v1/traces.")
        return cls(host, port, token, traces)


def _listener(text: str) -> tuple[str, int]:
    if not text:
        return "", 0
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port:
        raise StartRefused("Set MAHJAR_METRICS to HOST:PORT, for example 127.0.0.1:9464.")
    return host, port


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
