"""Behind the proxy of production a request's address is the one the proxy saw, and nobody else's word counts."""

from collections.abc import Callable

import pytest
from flask import request

from services.gateway import create_app
from services.gateway.web.access import ANYONE, PAGES
from shared.settings import Settings


@pytest.mark.parametrize(("proxies", "seen"), [("0", "127.0.0.1"), ("1", "203.0.113.7")])
def test_only_our_own_proxy_names_the_address_of_a_request(
    environment: Callable[[str], dict[str, str]], monkeypatch: pytest.MonkeyPatch, proxies: str, seen: str
) -> None:
    app = create_app(Settings.load("gateway", {**environment("gateway"), "MAHJAR_PROXIES": proxies}))
    app.add_url_rule("/address", "address", lambda: request.remote_addr or "")
    monkeypatch.setitem(PAGES, "address", ANYONE)
    answer = app.test_client().get("/address", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
    app.extensions["database"].engine.dispose()
    assert answer.text == seen
