"""An inquiry from its question to the decided objection, with a file, its code and the mails about its answers."""

import html
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, expect

from deploy.demo.population import specimens
from deploy.demo.scenarios.answers import scan
from shared.fragments import LANGUAGES
from shared.i18n import language
from tests.browser.tools import walking
from tests.browser.tools.visitor import LIMIT_SECONDS, Visitor

Visit = Callable[..., Visitor]
NUMBER = "3123456789"
NARROW = {"width": 360, "height": 740}
QUESTION = "طلبت تصحيح اسم والدتي (Huda) في الوثيقة رقم 12 قبل شهر، ولم يصلني رد."
OBJECTION = "الاسم في جواز سفري صحيح، وأرفقت صورته، فأطلب النظر فيه مرة أخرى."


@pytest.mark.parametrize(("code", "scripts"), (("ar", False), ("en", True)))
def test_from_the_question_to_the_decided_objection(visit: Visit, code: str, scripts: bool) -> None:
    person = specimens.ABROAD if code == "ar" else specimens.FATHER
    applicant = visit(code, "inquiry-applicant", scripts=scripts, viewport=NARROW)
    officer, head = visit(code, "inquiry-officer"), visit(code, "inquiry-head")
    applicant.expected.add(422)
    email = f"{person.key}@mahjar.example"
    walking.sign_in(applicant, email)
    walking.sign_in(officer, "officer@mahjar.example")
    walking.sign_in(head, "head-of-mission@mahjar.example")
    mailbox = ask(applicant, email)
    reference = applicant.page.url.split("?")[0].rsplit("/", 1)[1]
    refuse(officer, reference)
    mail_says(applicant, mailbox, "notice_inquiry_answered", reference)
    object_to(applicant, reference)
    officer.open(f"/desk/inquiries/{reference}")
    officer.sees("desk.inquiries.own_answer")
    grant(head, reference)
    mail_says(applicant, mailbox, "notice_inquiry_answered", reference, times=2)
    rate(applicant, reference)


def ask(who: Visitor, email: str) -> str:
    """Finds the type by a word of its, asks, shows a paper and sends it with a code; gives the mailbox."""
    who.open("/inquiries/new")
    who.look("inquiry-types")
    who.field("q").fill("خطأ" if who.say.code == "ar" else "mistake")
    who.click("inquiry.search")
    who.look("inquiry-types-by-word")
    who.page.locator(".doors a[href*='document-error']").click()
    who.field("number").fill("312")
    who.field("text").fill(QUESTION)
    who.click("inquiry.continue")
    expect(who.page.locator("#number-error")).to_be_visible()
    expect(who.field("text")).to_have_value(QUESTION)
    who.look("inquiry-wrong-number")
    who.field("number").fill(NUMBER)
    who.click("inquiry.continue")
    who.look("inquiry-confirm")
    paper: FilePayload = {"name": "passport.jpg", "mimeType": "image/jpeg", "buffer": scan(7)}
    who.page.locator("input[type=file]").set_input_files([paper])
    if who.page.get_by_role("link", name="passport.jpg").count() == 0:
        who.click("inquiry.file.add")
    expect(who.page.get_by_text("passport.jpg").first).to_be_visible()
    who.page.locator("form[action$='/code'] button").click()
    who.look("inquiry-code")
    mailbox = str(who.page.get_by_role("link", name=who.text("mailbox.open")).get_attribute("href"))
    who.field("code").fill(walking.code_in_mailbox(who, email))
    who.click("inquiry.send")
    who.sees("inquiry.sent.title")
    who.look("inquiry-sent")
    return f"{mailbox}?to={email}"


def refuse(officer: Visitor, reference: str) -> None:
    """Takes it out of the queue, reads the paper, refuses with a reason."""
    officer.open("/desk/inquiries")
    officer.look("inquiries")
    officer.page.get_by_role("link", name=reference).click()
    expect(officer.page.get_by_text("(Huda)")).to_be_visible()
    officer.click("desk.inquiries.take")
    officer.sees("desk.inquiries.done.taken")
    paper = officer.page.locator(f"a[href*='{reference}/files/']").first
    shown = officer.context.request.get(officer.url + str(paper.get_attribute("href")))
    assert shown.status == 200 and shown.headers["content-type"].startswith("image/")
    answer(officer, "refused", "لم يثبت الخطأ من الصورة المرفقة.", reason="unproven", next_step="bring_papers")


def answer(who: Visitor, outcome: str, text: str, reason: str = "", next_step: str = "nothing") -> None:
    """Fills the form of an answer and sends it."""
    who.page.locator(f"[name=outcome][value={outcome}]").check()
    if reason:
        who.field("reason").select_option(reason)
    who.field("text").fill(text)
    who.field("next_step").select_option(next_step)
    who.look(f"inquiry-{outcome}")
    who.click("desk.inquiries.send")
    who.sees("desk.inquiries.done.answered")
    who.look(f"inquiry-{outcome}-done")


def mail_says(who: Visitor, mailbox: str, event: str, reference: str, times: int = 1) -> None:
    """The mail came so often. It names the inquiry and nothing of what was asked."""
    sentences = [language(code).text(f"mail.{event}.line").split("{")[0].strip() for code in LANGUAGES]
    give_up = time.monotonic() + LIMIT_SECONDS
    while True:
        content = html.unescape(who.context.request.get(mailbox).text())
        came = max(content.count(sentence) for sentence in sentences)
        if came >= times:
            break
        assert time.monotonic() < give_up, f"{came} mails of {event} in {mailbox}"
        time.sleep(walking.LOOK_SECONDS)
    assert "Huda" not in content


def object_to(applicant: Visitor, reference: str) -> None:
    """Reads the answer out of the notices and objects; an objection without a reason comes back with its words."""
    applicant.open("/notices")
    applicant.look("notices-inquiry")
    applicant.page.get_by_role("link", name=applicant.text("notices.go_inquiry")).first.click()
    expect(applicant.page.get_by_text("لم يثبت الخطأ من الصورة المرفقة.")).to_be_visible()
    applicant.look("inquiry-answered")
    applicant.page.locator("summary", has_text=applicant.text("inquiry.appeal")).click()
    form = applicant.page.locator("form[action$='/appeal']")
    form.locator("textarea").fill("لا")
    applicant.click("inquiry.appeal.send")
    expect(applicant.page.locator("#text-error")).to_be_visible()
    expect(form.locator("textarea")).to_have_value("لا")
    applicant.look("inquiry-objection-too-short")
    form.locator("textarea").fill(OBJECTION)
    applicant.click("inquiry.appeal.send")
    applicant.sees("inquiry.state.appealed")
    applicant.look("inquiry-objection")


def grant(head: Visitor, reference: str) -> None:
    """The head of mission, who did not give the first answer, decides."""
    head.open("/desk/inquiries?queue=appealed")
    head.look("objections")
    head.page.get_by_role("link", name=reference).click()
    expect(head.page.get_by_text(OBJECTION)).to_be_visible()
    answer(head, "accepted", "صُحّح الاسم، فاطلب الوثيقة من جديد.", next_step="correct_application")


def rate(applicant: Visitor, reference: str) -> None:
    """Reads the decision, in the list and on its page, and says how it was."""
    applicant.open("/inquiries")
    applicant.look("inquiries-own")
    applicant.page.locator(f"a[href$='{reference}']").click()
    expect(applicant.page.get_by_text("صُحّح الاسم، فاطلب الوثيقة من جديد.")).to_be_visible()
    applicant.page.locator("[name=rating][value='4']").check()
    applicant.click("inquiry.rating.send")
    applicant.sees("inquiry.rating.thanks")
    applicant.look("inquiry-rated")
