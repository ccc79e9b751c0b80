"""Files of the pages are kept for good under the address of their content; pages without secrets come packed."""

import gzip
import re

import pytest

from deploy.demo.population import specimens
from tests.factories.gateway import Gateway

# What a phone takes before it can paint anything: the page with its own styles.
FIRST_PAINT_BYTES = 16 * 1024


@pytest.mark.parametrize("how", ("gzip", "identity"))
def test_a_file_is_kept_for_good_by_its_address_and_answered_by_304(gateway: Gateway, how: str) -> None:
    browser = gateway.visitor(person=specimens.FATHER)
    page = browser.get("/en/account").text
    address = re.search(r"/static/pages\.[0-9a-f]{12}\.css", page)
    assert address
    told = {"Accept-Encoding": how}
    first = browser.get(address[0], headers=told)
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert first.headers.get("Content-Encoding") == ("gzip" if how == "gzip" else None)
    assert "Accept-Encoding" in first.headers["Vary"]
    again = browser.get(address[0], headers={**told, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and not again.data


def test_packed_and_plain_have_tags_of_their_own(gateway: Gateway) -> None:
    browser = gateway.browser()
    packed, plain = (browser.get("/static/pages.css", headers={"Accept-Encoding": how}) for how in ("gzip", "identity"))
    assert gzip.decompress(packed.data) == plain.data and packed.headers["ETag"] != plain.headers["ETag"]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("pages.css", 200),
        ("pages.000000000000.css", 200),
        ("no-such.css", 404),
        ("../__init__.py", 404),
        ("fonts/../../secrets", 404),
        ("fonts/no-such.woff2", 404),
        ("__init__.py", 404),
    ],
)
def test_an_address_without_the_right_digest_is_asked_for_again(gateway: Gateway, name: str, status: int) -> None:
    answer = gateway.browser().client.get(f"/static/{name}")
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == ("no-cache" if status == 200 else "no-store")


@pytest.mark.parametrize("language", ("ar", "en"))
@pytest.mark.parametrize(
    "path", ("/", "/services/passport-renewal", "/seats", "/help", "/sign-up", "/track", "/verify")
)
def test_a_page_for_everybody_comes_packed_with_its_styles(gateway: Gateway, path: str, language: str) -> None:
    answer = gateway.browser().client.get(f"/{language}{path}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in answer.headers["Vary"]
    assert len(answer.data) <= FIRST_PAINT_BYTES, f"{len(answer.data)} bytes"
    page = gzip.decompress(answer.data).decode()
    nonce = re.search(r'<style nonce="([^"]+)">', page)
    assert nonce and f"'nonce-{nonce[1]}'" in answer.headers["Content-Security-Policy"]
    assert 'rel="stylesheet"' not in page


def test_a_page_with_a_secret_is_not_packed(gateway: Gateway) -> None:
    """What belongs to somebody, or to whoever holds a code: its length would tell of it."""
    told = {"Accept-Encoding": "gzip"}
    person = gateway.visitor(person=specimens.FATHER)
    for client, path in (
        (person.client, "/en/"),
        (person.client, "/en/account"),
        (gateway.browser().client, "/en/verify/X"),
    ):
        answer = client.get(path, headers=told)
        assert "Content-Encoding" not in answer.headers, path
        assert 'rel="stylesheet"' in answer.text and "<style" not in answer.text
