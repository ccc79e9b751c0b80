"""The gateway on a real socket, for a real browser at the desk."""

import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from services.gateway.accounts.factors.authenticators import SPECIMEN_CODE
from tests.factories.gateway import PASSWORD, Gateway

Desk = Callable[..., Page]


@pytest.fixture(scope="module")
def site(whole_gateway: Gateway) -> Iterator[str]:
    """The address of the gateway."""
    server = make_server("127.0.0.1", 0, whole_gateway.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(20)


@pytest.fixture
def desk(site: str, chromium: Browser, gateway: Gateway) -> Iterator[Desk]:
    """`desk("officer", "ar")`: the page of an officer who has signed in."""
    contexts = []

    def give(role: str, language: str, width: int = 1366) -> Page:
        account = gateway.account(role)
        context = chromium.new_context(base_url=f"{site}/{language}/", viewport={"width": width, "height": 768})
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("sign-in")
        page.fill("[name=identifier]", account.email)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/sign-in/second**")
        page.fill("[name=factor_code]", SPECIMEN_CODE)
        page.press("[name=factor_code]", "Enter")
        page.wait_for_url("**/desk**")
        return page

    yield give
    for context in contexts:
        context.close()
