"""Every public page in both languages, by day and by night, on small screens and on paper: whole, light, our type."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.tools.pages import PAGES
from tests.browser.tools.visitor import Visitor

TELEPHONE = {"width": 390, "height": 844}
SMALLEST = {"width": 320, "height": 568}
Visit = Callable[..., Visitor]


@pytest.mark.parametrize("code", ("ar", "en"))
@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_public_pages(visit: Visit, code: str, scheme: str) -> None:
    reader = visit(code, f"telephone-{scheme}", viewport=TELEPHONE, color_scheme=scheme)
    for name, path in PAGES.items():
        reader.open(path)
        reader.look(name)
    loaded = reader.page.evaluate("[...document.fonts].filter(one => one.status === 'loaded').map(one => one.family)")
    assert {one.strip('"') for one in loaded} == {"Plex Latin", "Plex Arabic"}


@pytest.mark.parametrize("code", ("ar", "en"))
def test_smallest_screen_and_printed_page(visit: Visit, code: str) -> None:
    reader = visit(code, "smallest", viewport=SMALLEST)
    for name, path in PAGES.items():
        reader.open(path)
        reader.look(name)
    reader.page.emulate_media(media="print")
    reader.open("/services/passport-renewal")
    expect(reader.page.locator(".band")).to_be_hidden()
    reader.look("printed")


@pytest.mark.parametrize("code", ("ar", "en"))
def test_by_keyboard_alone(visit: Visit, code: str) -> None:
    """The first stop is the way past the head; the focus is seen."""
    reader = visit(code, "keyboard")
    reader.open("/sign-up")
    reader.page.keyboard.press("Tab")
    skip = reader.page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    reader.page.keyboard.press("Enter")
    reader.page.keyboard.press("Tab")
    expect(reader.field("email")).to_be_focused()
    assert reader.field("email").evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_fault_is_told_in_words_beside_its_field(visit: Visit, code: str) -> None:
    reader = visit(code, "faults", viewport=TELEPHONE)
    reader.expected.add(422)
    reader.open("/sign-up")
    reader.field("email").fill("nobody")
    reader.click("sign_up.create")
    summary = reader.page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link").first.click()
    expect(reader.field("email")).to_be_focused()
    reader.look("sign-up-faults")
