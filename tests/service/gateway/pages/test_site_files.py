"""What browsers, phones and robots ask of the site beside its pages."""

import re
from datetime import datetime, timedelta

import pytest

from services.gateway.web.days import now
from tests.factories.gateway import Gateway


@pytest.mark.parametrize(("language", "direction"), (("ar", "rtl"), ("en", "ltr")))
def test_a_phone_may_install_the_platform_in_the_language_of_the_page(
    gateway: Gateway, language: str, direction: str
) -> None:
    browser = gateway.browser()
    answer = browser.client.get(f"/{language}/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    told = answer.get_json(force=True)
    assert (told["lang"], told["dir"], told["start_url"], told["display"]) == (
        language,
        direction,
        f"/{language}/",
        "standalone",
    )
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    assert all(browser.client.get(icon["src"]).mimetype == "image/png" for icon in told["icons"])
    page = browser.get(f"/{language}/").text
    named = re.search(r'<link rel="apple-touch-icon" href="([^"]+)">', page)
    assert named and browser.client.get(named[1]).status_code == 200
    assert browser.client.get("/favicon.ico").status_code == 200


def test_robots_leave_out_what_is_of_one_person(gateway: Gateway) -> None:
    told = gateway.browser().client.get("/robots.txt").text.splitlines()
    assert "Disallow: /ar/desk" in told and "Disallow: /en/account" in told and "Disallow: /verify/" in told


def test_security_contact_is_not_out_of_date(gateway: Gateway) -> None:
    told = dict(
        line.split(": ", 1) for line in gateway.browser().client.get("/.well-known/security.txt").text.splitlines()
    )
    assert now() < datetime.fromisoformat(told["Expires"]) < now() + timedelta(days=365)
    assert told["Contact"].endswith("/en/help#security") and told["Preferred-Languages"] == "ar, en"


def test_password_managers_find_the_page_that_changes_a_password(gateway: Gateway) -> None:
    answer = gateway.browser().client.get("/.well-known/change-password", headers={"Accept-Language": "en"})
    assert answer.status_code == 302 and answer.location.endswith("/en/account#password")


def test_a_page_names_its_address_and_its_other_language(gateway: Gateway) -> None:
    browser = gateway.browser()
    page = browser.get("/en/services/passport-renewal?mission=MAD").text
    (canonical,) = re.findall(r'<link rel="canonical" href="([^"]+)">', page)
    assert canonical.startswith("http") and canonical.endswith("/en/services/passport-renewal")
    assert set(re.findall(r'hreflang="([\w-]+)" href="http[^"]+/(?:ar|en)/services', page)) == {"ar", "en", "x-default"}
    assert "noindex" in browser.client.get("/en/no-such-page").text


@pytest.mark.parametrize(
    ("path", "language"), (("/ar/no-such", "ar"), ("/en/no-such", "en"), ("/en/services/no", "en"))
)
@pytest.mark.parametrize("preferred", ("ar", "en"))
def test_an_error_speaks_the_language_of_its_address(
    gateway: Gateway, path: str, language: str, preferred: str
) -> None:
    answer = gateway.browser().client.get(path, headers={"Accept-Language": preferred})
    assert answer.status_code == 404 and f'<html lang="{language}"' in answer.text
    assert f'href="/{language}/help' in answer.text
