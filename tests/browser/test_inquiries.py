"""An inquiry from its question to the objection, on the pages of both sides, with the mails that leave the house."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from deploy.demo.population import specimens
from tests.browser import walking
from tests.browser.visitor import LIMIT_SECONDS, Visitor
from tests.factories.inquiries import TEXT

Visit = Callable[..., Visitor]
PEOPLE = {"ar": specimens.WOMAN, "en": specimens.FATHER}
WORDS = {"ar": "لا سند لطلبك في القواعد.", "en": "The rules give no basis for it."}


@pytest.mark.parametrize("code", ("ar", "en"))
def test_from_the_question_to_the_objection(visit: Visit, code: str) -> None:
    person, asker = PEOPLE[code], visit(code, "inquiry")
    email = f"{person.key}.{code}@mahjar.example"
    walking.register(asker, person, visit(code, "inquiry-clerk"))
    reference = ask(asker, email)
    mailbox = f"{mailbox_of(asker)}?to={email}"
    before = asker.context.request.get(mailbox).text()
    officer = at_desk(visit, code, "officer")
    answer(officer, reference, "refused", code)
    wait_for_mail(asker, mailbox, before)
    asker.open(f"/inquiries/{reference}")
    expect(asker.page.get_by_text(WORDS[code])).to_be_visible()
    asker.look("inquiry-refused")
    object_to(asker)
    before = asker.context.request.get(mailbox).text()
    answer(at_desk(visit, code, "head-of-mission"), reference, "accepted", code)
    wait_for_mail(asker, mailbox, before)
    asker.open(f"/inquiries/{reference}")
    asker.look("inquiry-granted")
    asker.page.locator("[name=rating][value='5']").check()
    asker.click("inquiry.rating.send")
    asker.sees("inquiry.rating.thanks")


def ask(asker: Visitor, email: str) -> str:
    """The type, the question with a mistake and without, the code. Gives the reference."""
    asker.expected.add(422)
    asker.open("/inquiries")
    asker.look("inquiries-none")
    asker.open("/inquiries/new")
    asker.look("inquiry-types")
    asker.open_link("inquiry.type.application")
    asker.field("number").fill("3123456789")
    asker.click("inquiry.continue")
    expect(asker.page.locator("#text-error")).to_be_visible()
    asker.look("inquiry-text-missing")
    asker.field("text").fill(TEXT)
    asker.click("inquiry.continue")
    asker.sees("inquiry.code.title")
    asker.look("inquiry-confirm")
    asker.click("inquiry.code.send")
    asker.field("code").fill("AAAA-AAAA")
    asker.click("inquiry.send")
    expect(asker.page.locator("#code-error")).to_be_visible()
    asker.look("inquiry-code-wrong")
    asker.field("code").fill(walking.code_in_mailbox(asker, email))
    asker.click("inquiry.send")
    asker.sees("inquiry.sent.title")
    asker.look("inquiry-sent")
    return asker.page.url.split("/inquiries/")[1].split("?")[0]


def mailbox_of(asker: Visitor) -> str:
    """Where the specimen mailbox is; the page after a sign-up names it."""
    asker.open("/recover?sent=1")
    address = asker.page.get_by_role("link", name=asker.text("mailbox.open")).get_attribute("href")
    assert address
    return address


def wait_for_mail(asker: Visitor, mailbox: str, before: str) -> None:
    """Waits until one more mail has come."""
    give_up = time.monotonic() + LIMIT_SECONDS
    while len(asker.context.request.get(mailbox).text()) <= len(before):
        assert time.monotonic() < give_up, "no mail about the answer"
        time.sleep(walking.LOOK_SECONDS)


def at_desk(visit: Visit, code: str, role: str) -> Visitor:
    """A member of the mission at the desk."""
    who = visit(code, f"inquiry-{role}")
    walking.sign_in(who, f"{role}@mahjar.example")
    return who


def answer(who: Visitor, reference: str, outcome: str, code: str) -> None:
    """Finds the inquiry in the queue and answers it."""
    who.open("/desk/inquiries")
    who.look(f"inquiries-{outcome}")
    who.open(f"/desk/inquiries/{reference}")
    who.look(f"inquiry-before-{outcome}")
    who.page.locator(f"[name=outcome][value={outcome}]").check()
    if outcome == "refused":
        who.field("reason").select_option("no_basis")
    who.field("text").fill(WORDS[code] if outcome == "refused" else "✓ " + WORDS[code])
    who.field("next_step").select_option("nothing")
    who.click("desk.inquiries.send")
    who.sees("desk.inquiries.done.answered")
    who.look(f"inquiry-{outcome}")


def object_to(asker: Visitor) -> None:
    """Objects with reasons; another person decides."""
    asker.page.locator("details", has_text=asker.text("inquiry.appeal")).first.locator("summary").click()
    asker.page.locator("form[action$='/appeal'] textarea").fill(TEXT)
    asker.click("inquiry.appeal.send")
    asker.sees("inquiry.state.appealed.title")
    asker.look("inquiry-appealed")
