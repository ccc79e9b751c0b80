"""For a child no number is typed, and every page speaks of the child, in the right gender."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from deploy.demo.population import specimens
from tests.browser.tools.visitor import Visitor
from tests.browser.tools.walking import sign_in

Visit = Callable[..., Visitor]
NARROW = {"width": 360, "height": 740}
CALLED = {"ar": ("ابنتك", "جواز ابنتك الحالي"), "en": ("your daughter", "The present passport of your daughter")}


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_daughter_is_offered_and_named_on_every_page(visit: Visit, code: str) -> None:
    father = visit(code, f"father-{code}", scripts=code == "ar", viewport=NARROW)
    daughter = specimens.DAUGHTER
    name = daughter.given_name if code == "ar" else daughter.latin_given
    sign_in(father, "father@mahjar.example")
    father.open("/apply/passport-renewal/for/guardian")
    father.look("whom-offered")
    father.page.get_by_label(name).check()
    father.click("whom.go_on")
    father.look("eligible-daughter")
    father.click("eligible.begin")
    called, passport = CALLED[code]
    reference = father.page.url.split("/applications/")[1].split("/")[0]
    for page in ("", "/papers", "/review", "/withdraw"):
        if page:
            father.open(f"/applications/{reference}{page}")
        expect(father.page.locator(".for-whom")).to_contain_text(called)
        expect(father.page.locator(".for-whom")).to_contain_text(name)
        father.look(f"daughter{page.replace('/', '-')}")
    father.open(f"/applications/{reference}/papers")
    expect(father.page.locator("#old_passport-title")).to_contain_text(passport)
