"""Where an application stands, on a telephone and on a laptop: one deadline, the place, and what was sent."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from deploy.demo.population import specimens
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor

MAP = re.compile("^https://www.openstreetmap.org/search[?]query=")
Visit = Callable[..., Visitor]
WIDTHS = {"ar": {"width": 360, "height": 740}, "en": {"width": 1366, "height": 768}}


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_sent_application(visit: Visit, code: str) -> None:
    who = visit(code, "standing", viewport=WIDTHS[code])
    walking.sign_in(who, "father@mahjar.example")
    reference = walking.apply(who, "individual-extract", specimens.FATHER)
    who.look("pay")
    for page in ("pay", "counter"):
        who.open(f"/applications/{reference}/{page}")
        expect(who.page.locator(".office")).to_contain_text(who.text("office.hours"))
        expect(who.page.locator(".office a")).to_have_attribute("href", MAP)
        who.look(page)
    who.open(f"/applications/{reference}")
    who.page.get_by_text(who.text("application.sent_answers")).click()
    expect(who.page.locator("details[open] dl")).to_be_visible()
    who.look("application")
    who.page.set_viewport_size({"width": 1366, "height": 768} if code == "ar" else {"width": 360, "height": 740})
    who.look("application-other-width")
