"""Who has an account is not told by how long an answer takes: the same statements run whoever is asked for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from deploy.demo.population import specimens
from services.gateway.web.sent_forms import kept_answers
from tests.factories.gateway import Browser, Gateway

NOBODY, NEW = "nobody.at.all@mahjar.example", "granite violin harbour"


@pytest.fixture(autouse=True)
def no_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a minute whoever comes sweeps kept answers, whatever they ask."""
    monkeypatch.setattr(kept_answers, "SWEEP_SECONDS", float("inf"))


@contextmanager
def statements(gateway: Gateway) -> Iterator[list[str]]:
    """What the database is asked meanwhile, without parameters and the columns that are changed."""
    said: list[str] = []
    engine = gateway.app.extensions["database"].engine

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement.partition(" SET ")[0])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def recover(browser: Browser, address: str) -> Any:
    return browser.submit("/en/recover", identifier=address)


def recover_by_code(browser: Browser, address: str) -> Any:
    return browser.submit("/en/recover/code", identifier=address, code="ZZZZ-ZZZZ", password=NEW)


def sign_up(browser: Browser, address: str) -> Any:
    return browser.submit("/en/sign-up", email=address, password=NEW, mission="RUH")


def sign_in(browser: Browser, address: str) -> Any:
    return browser.submit("/en/sign-in", identifier=address, password=NEW)


ASKED: list[Callable[[Browser, str], Any]] = [recover, recover_by_code, sign_up, sign_in]


@pytest.mark.parametrize("ask", ASKED)
def test_the_same_is_done_for_a_known_and_an_unknown_address(
    gateway: Gateway, ask: Callable[[Browser, str], Any]
) -> None:
    known, done = gateway.account(person=specimens.WOMAN).email, []
    for address in (known, NOBODY):
        browser = gateway.browser()
        # A browser that opened an account of its own before, as somebody's who looks for others.
        browser.sign_in(gateway.account(person=specimens.SON).email)
        browser.submit("/en/sign-out", page="/en/account")
        gateway.forget_tries()
        with statements(gateway) as said:
            answer = ask(browser, address)
        done.append((answer.status_code, said))
    assert done[0] == done[1] and done[0][1]


def test_the_same_is_done_for_a_new_address_that_somebody_has(gateway: Gateway) -> None:
    browser, done = gateway.signed_up("looks.for.others@mahjar.example"), []
    for address in (gateway.account(person=specimens.WOMAN).email, "free.to.take@mahjar.example"):
        token = browser.token("/en/account/contact/new")
        gateway.forget_tries()
        with statements(gateway) as said:
            answer = browser.post("/en/account/contact/new", csrf_token=token, email=address)
        done.append((answer.status_code, said))
    assert done[0] == done[1] and done[0][0] == 200
