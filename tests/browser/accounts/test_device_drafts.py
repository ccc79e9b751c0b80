"""Answers stay on a device only where its owner asks for it, and leave it with them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor

Visit = Callable[..., Visitor]
KEPT = "Object.keys(localStorage).filter(one => one.startsWith('draft:')).length"
NAME = {"ar": "سامر عبد الله", "en": "Samer Abdullah"}


def open_step(who: Visitor, slug: str, step: str) -> str:
    """Begins an application and opens one of its steps; gives the address without the language."""
    who.open(f"/apply/{slug}")
    who.page.get_by_role("button", name=who.text("eligible.begin"), exact=True).click()
    reference = who.page.url.split("/applications/")[1].split("/")[0]
    who.open(f"/applications/{reference}/questions/{step}")
    return f"/applications/{reference}/questions/{step}"


@pytest.mark.parametrize("code", ("ar", "en"))
def test_nothing_is_kept_unasked_and_all_is_wiped_at_sign_out(visit: Visit, code: str) -> None:
    who = visit(code, "device")
    walking.sign_in(who, "woman@mahjar.example")
    address = open_step(who, "passport-renewal", "contact")
    field, box = who.field("emergency_name"), who.page.locator("#keep-on-device")
    field.fill("not this")
    assert who.page.evaluate(KEPT) == 0
    box.check()
    field.fill(NAME[code])
    assert who.page.evaluate(KEPT) > 0
    # The network is lost, the battery too: nothing has been sent when the page opens again.
    who.page.route("**/kept", lambda route: route.abort())
    who.page.evaluate("document.querySelector('#answers').reset()")
    who.open(address)
    who.page.get_by_role("button", name=who.text("device.put_back")).click()
    expect(field).to_have_value(NAME[code])
    who.page.locator("form[action$='/sign-out'] button").click()
    expect(who.page.locator("form[action$='/sign-out']")).to_have_count(0)
    assert who.page.evaluate(KEPT) == 0


def test_clearing_the_box_wipes_the_device(visit: Visit) -> None:
    who = visit("en", "cleared")
    walking.sign_in(who, "woman@mahjar.example")
    open_step(who, "passport-renewal", "contact")
    box = who.page.locator("#keep-on-device")
    box.check()
    assert who.page.evaluate(KEPT) > 0
    box.uncheck()
    assert who.page.evaluate(KEPT) == 0
