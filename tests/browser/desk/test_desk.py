"""The officer's other ways: back for a fix and in again, refused after a second look; found by number, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, expect

from deploy.demo.population import specimens
from deploy.demo.scenarios.answers import scan
from tests.browser.tools import walking
from tests.browser.tools.visitor import LIMIT_MS, Visitor

Visit = Callable[..., Visitor]


def test_returned_fixed_and_refused(visit: Visit) -> None:
    """None of it needs a script: the officer's browser runs none."""
    applicant, officer = visit("en", "woman"), visit("ar", "head", scripts=False)
    walking.sign_in(applicant, "woman@mahjar.example")
    reference = walking.apply(applicant, "individual-extract", specimens.WOMAN)
    walking.pay_by_card(applicant, reference)
    walking.sign_in(officer, "head-of-mission@mahjar.example")
    officer.open(f"/desk?q={specimens.WOMAN.national_number}")
    officer.page.get_by_role("link", name=reference).click()
    send_back(officer)
    applicant.open(f"/applications/{reference}")
    applicant.look("returned")
    applicant.open_link("application.returned.action")
    mend(applicant)
    officer.open(f"/desk/cases/{reference}")
    expect(officer.page.locator(".side-by-side img")).to_have_count(2)
    officer.look("case-side-by-side")
    refuse(officer, reference)
    applicant.open(f"/applications/{reference}")
    applicant.look("refused")


def mend(applicant: Visitor) -> None:
    """Not without a change; then with another scan."""
    applicant.expected.add(422)
    applicant.sees("reason.paper_unreadable")
    applicant.look("fix")
    applicant.click("review.send_again")
    applicant.sees("refusal.paper_unchanged")
    applicant.look("fix-unchanged")
    file: FilePayload = {"name": "clear.jpg", "mimeType": "image/jpeg", "buffer": scan(40)}
    applicant.page.locator("input[type=file]#identity").set_input_files([file])
    expect(applicant.page.get_by_role("link", name="clear.jpg").first).to_be_visible(timeout=LIMIT_MS)
    expect(applicant.page.get_by_role("link", name="identity.jpg")).to_have_count(0)
    applicant.look("fix-changed")
    applicant.click("review.send_again")
    applicant.sees("application.in_review.title")


def send_back(officer: Visitor) -> None:
    """Not without a reason."""
    officer.expected.add(422)
    officer.page.locator("summary", has_text=officer.text("desk.decide.return")).click()
    officer.click("desk.decide.return_now")
    officer.sees("desk.marks.needed")
    officer.look("case-reason-needed")
    officer.field("reason-paper-identity").select_option("paper_unreadable")
    officer.field("note-paper-identity").fill("الوجهان معًا")
    officer.field("note").fill("صوّري البطاقة من الوجهين بضوء النهار.")
    officer.look("case-returning")
    officer.click("desk.decide.return_now")
    officer.sees("desk.done.return")
    officer.look("case-returned")


def refuse(officer: Visitor, reference: str) -> None:
    """Asked twice; the first press changes nothing."""
    officer.open(f"/desk/cases/{reference}")
    officer.open_link("desk.decide.refuse")
    officer.page.locator("[name=reason][value=identity_doubt]").check()
    officer.look("refuse")
    officer.click("desk.refuse.continue")
    officer.sees("desk.refuse.what_happens")
    officer.look("refuse-confirm")
    officer.click("desk.refuse.now")
    officer.sees("desk.done.refuse")
    officer.look("case-refused")


@pytest.mark.parametrize("code", ("ar", "en"))
def test_the_queue_by_keyboard_and_its_empty_answers(visit: Visit, code: str) -> None:
    applicant = visit(code, "abroad")
    walking.sign_in(applicant, "abroad@mahjar.example")
    walking.apply(applicant, "individual-extract", specimens.ABROAD)
    clerk = visit(code, "clerk-queue")
    walking.sign_in(clerk, "clerk@mahjar.example")
    expect(clerk.page.locator("tbody th a").first).to_be_visible()
    clerk.page.keyboard.press("j")
    expect(clerk.page.locator("tbody th a").first).to_be_focused()
    clerk.page.keyboard.press("Enter")
    expect(clerk.page.locator(".data")).to_be_visible()
    expect(clerk.page.locator("#decide")).to_have_count(0)
    clerk.look("case-clerk")
    clerk.open("/desk")
    clerk.page.keyboard.press("/")
    expect(clerk.field("q")).to_be_focused()
    clerk.expected.update((422, 404))
    for sought, name in (("nobody", "not-understood"), (specimens.ELDER.national_number, "nothing-found")):
        clerk.open(f"/desk?q={sought}")
        expect(clerk.page.locator(".empty")).to_contain_text(sought)
        clerk.look(f"queue-{name}")
    clerk.open("/desk/counter?reference=RUH-22222-22222-3")
    clerk.look("counter-not-a-reference")


@pytest.mark.parametrize(
    ("name", "pages"),
    (
        ("auditor", {"/desk": 200, "/desk/counter": 403}),
        ("administrator", {"/desk": 403, "/desk/counter": 403}),
        ("abroad", {"/desk": 403, "/desk/counter": 403}),
    ),
)
def test_who_may_sit_at_the_desk(visit: Visit, name: str, pages: dict[str, int]) -> None:
    somebody = visit("en", name)
    somebody.expected.add(403)
    walking.sign_in(somebody, f"{name}@mahjar.example")
    for path, status in pages.items():
        somebody.open(path)
        assert somebody.document is not None
        assert somebody.document.status == status, path
