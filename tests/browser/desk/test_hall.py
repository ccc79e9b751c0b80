"""The waiting hall: let in at the gate, called to a counter, set aside, back and served; the screen follows."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from deploy.demo.population import specimens
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor

Visit = Callable[..., Visitor]
# Each run of a language has a person and a counter of its own.
WHO = {"ar": (specimens.PAST_AGE, "4"), "en": (specimens.ELDER, "5")}


@pytest.mark.parametrize("code", ("ar", "en"))
def test_from_the_gate_to_the_end(visit: Visit, code: str) -> None:
    person, counter = WHO[code]
    applicant, clerk, screen = visit(code, "hall-applicant"), visit(code, "hall-clerk"), visit(code, "hall-screen")
    walking.register(applicant, person, visit(code, "hall-register"))
    reference = walking.apply(applicant, "individual-extract", person)
    walking.sign_in(clerk, "clerk@mahjar.example")
    number = let_in(clerk, reference, person.national_number)
    screen.open("/hall/RUH")
    clerk.open("/desk/hall")
    clerk.look("hall-waiting")
    clerk.page.locator("#counter").fill(counter)
    clerk.click("hall.call_next")
    expect(clerk.page.locator(".called-number")).to_have_text(number)
    clerk.look("hall-called")
    # Nobody loads the screen anew.
    expect(screen.page.locator("tr.called td").first).to_have_text(number)
    screen.look("hall-screen")
    clerk.click("hall.begin")
    clerk.field("reason").select_option("copies")
    clerk.look("hall-serving")
    clerk.click("hall.park")
    expect(clerk.page.get_by_text(clerk.text("hall.park.reason.copies"))).to_be_visible()
    clerk.page.locator("tr", has_text=reference).locator("button").click()
    clerk.click("hall.repeat")
    clerk.click("hall.miss")
    clerk.sees("hall.missed.title")
    clerk.look("hall-missed")
    clerk.page.locator("tr", has_text=reference).locator("button").click()
    clerk.click("hall.begin")
    clerk.click("hall.finish")
    clerk.sees("hall.done.finish")
    expect(screen.page.locator("tbody tr", has_text=number)).to_have_count(0)


def let_in(clerk: Visitor, reference: str, document: str) -> str:
    """A scanner types the reference and ends with Enter; the number of the identity document follows."""
    clerk.expected.add(422)
    clerk.open("/desk/gate")
    clerk.look("gate")
    clerk.page.keyboard.type(reference)
    clerk.page.keyboard.press("Enter")
    expect(clerk.field("number")).to_be_focused()
    clerk.page.keyboard.type("01020304050")
    clerk.page.keyboard.press("Enter")
    expect(clerk.page.locator("#number-error")).to_be_visible()
    clerk.look("gate-wrong-person")
    clerk.field("number").fill(document)
    clerk.click("hall.gate.admit")
    clerk.look("gate-ticket")
    return str(clerk.page.locator(".called-number").inner_text())
