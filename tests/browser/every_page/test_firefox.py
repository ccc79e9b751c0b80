"""A walk through the public pages in Firefox ESR: the other engine that our readers have."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Platform
from tests.browser.tools import firefox
from tests.browser.tools.firefox import Firefox

WIDE = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
TYPED = "return document.querySelector('#email').value"


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """One Firefox for the module."""
    if firefox.PROGRAM is None:
        pytest.skip("no Firefox: apt-get install firefox-esr")
    with firefox.running(tmp_path_factory.mktemp("firefox")) as window:
        yield window


@pytest.mark.parametrize(("code", "word"), (("ar", "باسبور"), ("en", "passport")))
def test_search_and_a_form_whose_text_survives_back(platform: Platform, window: Firefox, code: str, word: str) -> None:
    window.open(f"{platform.url}/{code}/")
    window.type("#q", word)
    window.click(".find-service .button")
    assert "q=" in window.run("return location.search")
    window.click(".found-services a")
    assert "/services/" in window.run("return location.pathname")
    window.open(f"{platform.url}/{code}/sign-up")
    window.type("#email", "reader@example.org")
    window.run("scrollTo(0, 120)")
    window.click("header a.name")
    window.back()
    assert window.run(TYPED) == "reader@example.org"


@pytest.mark.parametrize("code", ("ar", "en"))
@pytest.mark.parametrize(
    "path", ("/", "/services/passport-renewal", "/seats/passport/RUH", "/help", "/track", "/verify")
)
def test_pages_stand_as_they_do_elsewhere(platform: Platform, window: Firefox, code: str, path: str) -> None:
    window.open(f"{platform.url}/{code}{path}")
    assert window.run(WIDE) <= 0
    assert "Plex" in window.run("return getComputedStyle(document.body).fontFamily")
    faces = "return document.fonts.ready.then(() => [...document.fonts].some(one => one.status === 'loaded'))"
    assert window.run(faces)
    assert window.run("return [...document.styleSheets].some(one => one.cssRules.length > 100)")
