"""The address a request came from, as the last proxy saw it that is one of our own.

`X-Forwarded-For` is written by whoever sends it. Only what a trusted proxy added at its end is believed; a request
that came past the proxies counts by its socket's address.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Networks = Sequence[IPv4Network | IPv6Network]


class ClientAddress:
    """WSGI middleware that puts the client's address in place of the proxy's."""

    def __init__(self, application: Any, trusted: Networks) -> None:
        self.application, self.trusted = application, trusted

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "")
        environ["REMOTE_ADDR"] = client_address(peer, environ.get("HTTP_X_FORWARDED_FOR", ""), self.trusted)
        result: Iterable[bytes] = self.application(environ, start_response)
        return result


def client_address(peer: str, forwarded: str, trusted: Networks) -> str:
    """The first address from the right that is none of our proxies; our last one's where no address follows."""
    address = peer
    for hop in reversed([part.strip() for part in forwarded.split(",")]):
        if not is_trusted(address, trusted) or _read(hop) is None:
            break
        address = hop
    return address


def is_trusted(address: str, trusted: Networks) -> bool:
    """Whether an address belongs to one of our proxies."""
    ip = _read(address)
    return ip is not None and any(ip in network for network in trusted)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """None for what is no address. A socket that listens to both kinds sees IPv4 inside IPv6: that counts as IPv4."""
    try:
        ip = ip_address(text)
    except ValueError:
        return None
    return getattr(ip, "ipv4_mapped", None) or ip
