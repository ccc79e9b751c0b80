"""Behind the proxy of production a request's address is the one the proxy saw, and nobody else's word counts."""

from collections.abc import Callable
from ipaddress import ip_network

import pytest
from flask import request

from services.gateway import create_app
from services.gateway.web.access.pages import PAGES
from services.gateway.web.access.roles import ANYONE
from services.gateway.web.http.client_address import client_address
from shared.production import StartRefused
from shared.settings import Settings


@pytest.mark.parametrize(
    ("trusted", "forwarded", "seen"),
    [
        ("", "203.0.113.7", "127.0.0.1"),
        ("10.0.0.0/8", "203.0.113.7", "127.0.0.1"),
        ("127.0.0.0/8", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.0/8, 203.0.113.7", "198.51.100.1, 203.0.113.7", "198.51.100.1"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "unknown, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.0/8, 10.0.0.0/8", "203.0.113.7, ::ffff:10.0.0.2", "203.0.113.7"),
    ],
)
def test_only_our_own_proxy_names_the_address_of_a_request(
    environment: Callable[[str], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    trusted: str,
    forwarded: str,
    seen: str,
) -> None:
    app = create_app(Settings.load("gateway", {**environment("gateway"), "MAHJAR_TRUSTED_PROXIES": trusted}))
    app.add_url_rule("/address", "address", lambda: request.remote_addr or "")
    monkeypatch.setitem(PAGES, "address", ANYONE)
    answer = app.test_client().get("/address", headers={"X-Forwarded-For": forwarded})
    app.extensions["database"].engine.dispose()
    assert answer.text == seen


@pytest.mark.parametrize("peer", ["10.0.0.2", "::ffff:10.0.0.2", "::ffff:a00:2"])
def test_a_proxy_is_known_to_a_socket_of_both_kinds(peer: str) -> None:
    """Taken for a stranger, it would be one visitor with the tries of everybody behind it."""
    assert client_address(peer, "203.0.113.7", (ip_network("10.0.0.0/8"),)) == "203.0.113.7"


def test_a_network_that_is_none_refuses_the_start(environment: Callable[[str], dict[str, str]]) -> None:
    with pytest.raises(StartRefused, match="MAHJAR_TRUSTED_PROXIES"):
        Settings.load("gateway", {**environment("gateway"), "MAHJAR_TRUSTED_PROXIES": "caddy"})
