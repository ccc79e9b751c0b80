"""Before anybody pays: the old price beside the new one, and who takes the money."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from deploy.demo.population import specimens
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from shared import settings
from shared.database.db import Database
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, fill
from tests.factories.payments import InMemoryProvider

RENEWAL = "passport-renewal"
# A stored quote never changes: the order gets another one, which was cheaper and has ended.
CHEAPER_AND_OVER = """
    WITH made AS (
        INSERT INTO quote (id, mission, application, transaction, amount, currency, made_at, expires_at, cash_amount)
        SELECT gen_random_uuid(), mission, application, transaction, 70000, currency, made_at,
               now() - interval '1 minute', 70000 FROM quote WHERE application = :application
        RETURNING id
    )
    UPDATE fee_order SET quote_id = made.id, amount = 70000 FROM made WHERE application = :application
"""


@pytest.fixture(autouse=True)
def nobody_has_filed(cluster: Postgres, gateway: Gateway, empty_files: None) -> Iterator[None]:
    """Each test's renewal is the person's first."""
    assert gateway
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("UPDATE consular.application SET status = 'withdrawn' WHERE status = 'awaiting_payment'")


@pytest.fixture
def me(gateway: Gateway) -> Browser:
    """Somebody signed in."""
    return gateway.visitor(person=specimens.SERVED)


@pytest.fixture
def to_pay(me: Browser) -> str:
    """Their application, sent in and not paid."""
    reference = begin(me, RENEWAL)
    fill(me, RENEWAL, reference)
    review = f"/en/applications/{reference}/review"
    sent = me.post(review, csrf_token=me.token(review), key=me.hidden(review, "key"))
    assert sent.location == f"/en/applications/{reference}/pay"
    return reference


def plain(page: str) -> str:
    return re.sub("</?bdi[^>]*>", "", page)


def test_a_price_that_changed_is_shown_beside_the_old_one_and_nothing_is_charged(
    me: Browser, to_pay: str, database: Callable[[str], Database], provider: InMemoryProvider
) -> None:
    with database("consular").scope("RUH") as session:
        session.execute(text(CHEAPER_AND_OVER), {"application": to_pay})
    page = f"/en/applications/{to_pay}/pay"
    token, key = me.token(page), me.hidden(page, "key")
    changed = me.post(page, csrf_token=token, key=key)
    assert (changed.status_code, provider.opened) == (409, 0)
    shown = plain(changed.text)
    assert "The price was 700.00" in shown and "It is now 750.00" in shown


@pytest.mark.parametrize(("tongue", "who"), [("en", "The money is taken by"), ("ar", "يقبض المبلغ")])
def test_the_page_names_who_takes_a_card_payment_and_the_terms(
    gateway: Gateway, me: Browser, to_pay: str, monkeypatch: pytest.MonkeyPatch, tongue: str, who: str
) -> None:
    assert who not in me.get(f"/{tongue}/applications/{to_pay}/pay").text
    named = {"merchant": "Specimen Consulate", "provider_name": "Specimen Cards", "terms_url": "https://terms.test/"}
    extensions = gateway.app.extensions
    monkeypatch.setitem(extensions, "settings", replace(extensions["settings"], **named))
    page = me.get(f"/{tongue}/applications/{to_pay}/pay").text
    assert who in page and "Specimen Consulate" in page and "Specimen Cards" in page
    assert '<a href="https://terms.test/">' in page


def test_who_leaves_the_providers_page_may_pay_again_at_once(
    gateway: Gateway, me: Browser, to_pay: str, provider: InMemoryProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    extensions = gateway.app.extensions
    settings = replace(extensions["settings"], provider_page=provider.line.url)
    monkeypatch.setitem(extensions, "settings", settings)
    page = f"/en/applications/{to_pay}/pay"
    opened = me.post(page, csrf_token=me.token(page), key=me.hidden(page, "key"))
    (hosted,) = provider.books.pages.values()
    assert opened.location == f"{provider.line.url}/pages/{hosted.id}"
    back = urlsplit(hosted.cancel_url)
    assert provider.books.pages[hosted.id].state == "open"
    shown = me.get(f"{back.path}?{back.query}")
    assert (shown.status_code, provider.books.pages[hosted.id].state) == (200, "expired")
    assert f'href="/en/applications/{to_pay}/pay"' in shown.text


def test_no_card_is_offered_in_a_currency_that_none_is_charged_in(
    me: Browser, to_pay: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"/en/applications/{to_pay}/pay"
    form, link = f'<form method="post" action="{page}">', f'href="/en/applications/{to_pay}/payer-link"'
    assert form in me.get(page).text and link in me.get(page).text
    monkeypatch.setattr(settings, "CARD_CURRENCIES", frozenset({"EUR"}))
    assert form not in me.get(page).text and link not in me.get(page).text


@pytest.mark.parametrize("amount", ["1" * 5000, "1" * 300, "²", "-1", ""])
def test_an_amount_that_is_none_is_no_fault_of_ours(gateway: Gateway, amount: str) -> None:
    """Anybody may send this to the page of a link, whether there is such a link or not."""
    form = {"amount": amount, "currency": "SAR", "name": "Sami", "key": "a-key-of-the-form"}
    answer = gateway.browser().submit("/en/pay/no-such-link", page="/en/track", **form)
    assert answer.status_code == 404
