"""Opening an account: the code of the e-mail opens it, and nobody learns whether an address is known."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.gateway.accounts.contact.codes import TRIES
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account, SignUp
from services.gateway.accounts.throttle import SIGN_UP_BY_MAILBOX
from tests.factories.gateway import PASSWORD, Browser, Gateway

PAGE, CODE = "/en/sign-up", "/en/sign-up/code"


@pytest.fixture(autouse=True)
def tries(gateway: Gateway) -> Iterator[None]:
    gateway.forget_tries()
    yield
    gateway.forget_tries()


def asked(gateway: Gateway, email: str, browser: Browser | None = None) -> Browser:
    browser = browser or gateway.browser()
    answer = browser.submit(PAGE, email=email, password=PASSWORD, mission="RUH")
    assert (answer.status_code, answer.location) == (303, CODE)
    return browser


def is_there(gateway: Gateway, email: str) -> bool:
    with gateway.app.extensions["database"].scope(None) as session:
        return session.scalar(select(Account.email_confirmed_at).where(Account.email == email)) is not None


def test_an_account_is_opened_by_the_code_and_not_before(gateway: Gateway) -> None:
    email = "once@mahjar.example"
    browser = asked(gateway, "Once@Mahjar.Example ")
    assert not is_there(gateway, email)
    ((event, params),) = gateway.mails(email)
    assert event == queue.SIGN_UP_CODE
    answer = browser.submit(CODE, code=params["code"])
    assert (answer.status_code, answer.location) == (303, "/en/identity")
    assert is_there(gateway, email)
    assert browser.get("/en/identity").status_code == 200


def test_a_known_address_is_answered_like_an_unknown_one(gateway: Gateway) -> None:
    known, unknown = gateway.account("clerk").email, "never.seen@mahjar.example"
    pages = {}
    for email in (known, unknown):
        browser = asked(gateway, email)
        asking = browser.get(CODE).text
        wrong = [browser.submit(CODE, code="2222-2222") for _ in range(TRIES + 1)]
        pages[email] = [_plain(asking), *(_plain(each.text) for each in wrong), *(each.status_code for each in wrong)]
    assert pages[known] == pages[unknown]
    assert [event for event, _ in gateway.mails(known)][-1] == queue.SIGN_UP_KNOWN
    assert [event for event, _ in gateway.mails(unknown)][-1] == queue.SIGN_UP_CODE


def _plain(page: str) -> str:
    """A page without what differs between any two browsers."""
    import re

    return re.sub(r'(name="csrf_token" value|nonce)="[^"]*"', "", page)


def test_the_password_of_the_code_page_never_changes_an_account(gateway: Gateway) -> None:
    account = gateway.account("clerk")
    asked(gateway, account.email)
    signed_in = gateway.browser().submit("/en/sign-in", identifier=account.email, password=account.password)
    assert signed_in.status_code == 303


@pytest.mark.parametrize("spoilt", ["another browser", "old", "used", "after a new one", "too many tries", "empty"])
def test_a_code_that_opens_nothing(gateway: Gateway, spoilt: str) -> None:
    email = f"{spoilt.replace(' ', '.')}@mahjar.example"
    browser = asked(gateway, email)
    code = gateway.mails(email)[-1][1]["code"]
    if spoilt == "another browser":
        browser = asked(gateway, "somebody.else@mahjar.example")
    if spoilt == "old":
        with gateway.app.extensions["database"].scope(None) as session:
            row = session.scalars(select(SignUp).where(SignUp.email == email)).one()
            row.ends_at -= timedelta(hours=2)
    if spoilt == "used":
        browser.submit(CODE, code=code)
        browser = gateway.browser()
    if spoilt == "after a new one":
        asked(gateway, email, browser)
    if spoilt == "too many tries":
        for _ in range(TRIES):
            browser.submit(CODE, code="2222-2222")
    answer = browser.submit(CODE, code="" if spoilt == "empty" else code)
    assert answer.status_code == 422 and "This code is not right" in answer.text
    assert is_there(gateway, email) is (spoilt == "used")


def test_two_browsers_of_one_address_open_one_account(gateway: Gateway) -> None:
    email = "twice@mahjar.example"
    first, second = asked(gateway, email), asked(gateway, email)
    codes = [params["code"] for _, params in gateway.mails(email)]
    assert first.submit(CODE, code=codes[0]).status_code == 303
    assert second.submit(CODE, code=codes[1]).status_code == 422


def test_nobody_fills_anothers_mailbox(gateway: Gateway) -> None:
    email = "full@mahjar.example"
    for _ in range(SIGN_UP_BY_MAILBOX.tries):
        asked(gateway, email)
    answer = gateway.browser().submit(PAGE, email=email.upper(), password=PASSWORD, mission="RUH")
    assert answer.status_code == 429
    assert len(gateway.mails(email)) == SIGN_UP_BY_MAILBOX.tries


def test_an_account_of_earlier_versions_confirms_its_address(gateway: Gateway) -> None:
    account = gateway.account()
    with gateway.app.extensions["database"].scope(None) as session:
        row = session.scalars(select(Account).where(Account.email == account.email)).one()
        row.email_confirmed_at = None
    browser = gateway.browser()
    browser.submit("/en/sign-in", identifier=account.email, password=account.password)
    for page in ("/en/identity", "/en/applications", "/en/apply/passport-renewal"):
        assert browser.get(page).location == f"/en/account/contact?next={page}", page
    contact = "/en/account/contact"
    assert browser.submit(contact).location == f"{contact}?sent=1"
    event, params = gateway.mails(account.email)[-1]
    assert event == queue.CONTACT_CODE
    assert browser.submit(f"{contact}/code", page=f"{contact}?sent=1", code="2222-2222").status_code == 422
    confirmed = browser.submit(f"{contact}/code", page=f"{contact}?sent=1", code=params["code"])
    assert confirmed.location == "/en/identity"
    assert browser.submit(contact, page="/en/account").status_code == 409
