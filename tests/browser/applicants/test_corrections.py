"""Fix-it mode, with and without a script: the officer marks, the applicant sees only that, both sides are compared."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, expect

from deploy.demo.population import specimens
from deploy.demo.scenarios.answers import scan
from tests.browser.tools import walking
from tests.browser.tools.visitor import LIMIT_MS, Visitor

Visit = Callable[..., Visitor]
WORDS = "الاسم كما في الجواز"
NARROW = {"width": 360, "height": 740}


@pytest.mark.parametrize(("code", "scripts"), (("ar", True), ("en", False)))
def test_only_what_is_marked_is_put_right(visit: Visit, code: str, scripts: bool) -> None:
    applicant = visit(code, f"fixing-{code}", scripts=scripts, viewport=NARROW)
    officer = visit("en" if code == "ar" else "ar", "fixing-head")
    applicant.expected.add(422)
    person = specimens.ABROAD if code == "ar" else specimens.WOMAN
    walking.sign_in(applicant, f"{person.key}@mahjar.example")
    reference = walking.apply(applicant, "criminal-record", person)
    walking.pay_by_card(applicant, reference)
    walking.sign_in(officer, "head-of-mission@mahjar.example")
    mark(officer, reference)
    applicant.open(f"/applications/{reference}")
    applicant.look("returned-with-marks")
    applicant.open_link("application.returned.action")
    expect(applicant.page.locator("input[type=file]")).to_have_count(1)
    expect(applicant.page.get_by_text(WORDS)).to_be_visible()
    applicant.look("fix")
    for page in ("papers", "review", "questions/details"):
        applicant.open(f"/applications/{reference}/{page}")
        expect(applicant.page.locator("h1")).to_contain_text(applicant.text("fix.title"))
    applicant.click("review.send_again")
    applicant.sees("refusal.paper_unchanged")
    applicant.look("fix-unchanged")
    replace(applicant)
    applicant.look("fix-changed")
    applicant.click("review.send_again")
    applicant.sees("application.in_review.title")
    officer.open(f"/desk/cases/{reference}")
    sides = officer.page.locator(".side-by-side")
    expect(sides.first.locator("img")).to_have_count(2)
    officer.look("side-by-side")


def mark(officer: Visitor, reference: str) -> None:
    """A paper and an answer."""
    officer.open(f"/desk/cases/{reference}")
    officer.page.locator("summary", has_text=officer.text("desk.decide.return")).click()
    officer.field("reason-paper-identity").select_option("paper_unreadable")
    answer = officer.page.locator("select[name^='reason-answer-']").first
    answer.select_option("answer_wrong")
    name = str(answer.get_attribute("name")).removeprefix("reason-")
    officer.field(f"note-{name}").fill(WORDS)
    officer.look("marking")
    officer.click("desk.decide.return_now")
    officer.sees("desk.done.return")


def replace(applicant: Visitor) -> None:
    """Another scan in the place of the marked one."""
    file: FilePayload = {"name": "clear.jpg", "mimeType": "image/jpeg", "buffer": scan(40)}
    field = applicant.page.locator("input[type=file]#identity")
    field.set_input_files([file])
    if not applicant.scripts:
        field.locator("xpath=ancestor::section").locator("button").first.click()
    expect(applicant.page.get_by_role("link", name="clear.jpg").first).to_be_visible(timeout=LIMIT_MS)
