"""What people do on the pages, step by step, with a look at each: an applicant at home, staff at their desks."""

import io
import re
import time

import pikepdf
from playwright.sync_api import FilePayload, expect

from deploy.demo.demo_data import HOME, PASSWORD
from deploy.demo.population.specimens import Specimen
from deploy.demo.scenarios.answers import Relative, Somebody, answers, required_uploads, scan
from deploy.demo.scenarios.steps import CODE
from services.gateway.accounts.factors.authenticators import SPECIMEN_CODE
from shared.catalogue import CATALOGUE
from tests.browser.tools.visitor import LIMIT_MS, LIMIT_SECONDS, Visitor

LOOK_SECONDS = 0.2


def sign_in(who: Visitor, email: str, password: str = PASSWORD) -> None:
    """Signs in and arrives."""
    who.open("/sign-in")
    who.field("identifier").fill(email)
    who.field("password").fill(password)
    who.click("sign_in.enter")
    # Both pages have a heading and this button: only the address says that the answer has come.
    who.page.wait_for_url(re.compile(r"^(?!.*/sign-in(\?|$))"))
    if "/sign-in/second" in who.page.url:
        who.field("factor_code").fill(SPECIMEN_CODE)
        who.click("sign_in.enter")
        who.page.wait_for_url(re.compile(r"^(?!.*/sign-in/)"))
    expect(who.page.locator("h1")).to_be_visible()


def register(who: Visitor, person: Specimen, clerk: Visitor) -> None:
    """A new account, whose owner declares who they are and proves it at the counter."""
    sign_up(who, f"{person.key}.{who.say.code}@mahjar.example")
    declare(who, person)
    prove(who, clerk, person)
    who.open("/applications")
    who.look("applications-none")


def sign_up(who: Visitor, email: str) -> None:
    """Opens an account with the code that came by e-mail."""
    who.open("/")
    who.look("home")
    who.open_link("home.sign_up")
    who.field("email").fill(email)
    who.field("password").fill("three unrelated words")
    who.field("mission").select_option(HOME)
    who.look("sign-up")
    who.click("sign_up.create")
    who.sees("sign_up.code.title")
    who.look("sign-up-code")
    who.field("code").fill(code_in_mailbox(who, email))
    who.click("sign_up.code.send")


def code_in_mailbox(who: Visitor, email: str) -> str:
    """The code of the latest e-mail to an address, as the specimen mailbox shows it."""
    address = who.page.get_by_role("link", name=who.text("mailbox.open")).get_attribute("href")
    give_up = time.monotonic() + LIMIT_SECONDS
    while not (found := CODE.search(who.context.request.get(f"{address}?to={email}").text())):
        assert time.monotonic() < give_up, f"no code came to {email}"
        time.sleep(LOOK_SECONDS)
    return found[0]


def declare(who: Visitor, person: Specimen) -> None:
    """Types what stands on the identity card."""
    for name, value in person.identity().items():
        if name != "born":
            who.field(name).fill(value)
    fill_date(who, "born", person.born.isoformat())
    who.look("identity")
    who.click("identity.confirm")
    who.sees("level.declared.title")
    who.look("declared")


def prove(who: Visitor, clerk: Visitor, person: Specimen) -> None:
    """Goes to the counter, and types the code that is given there."""
    sign_in(clerk, "clerk@mahjar.example")
    who.field("code").fill(code_at_counter(clerk, who, person))
    who.click("prove.code.send")
    who.sees("identity.done.proven")
    who.look("proven")


def code_at_counter(clerk: Visitor, who: Visitor, person: Specimen) -> str:
    """The clerk sees the card and gives a code for the account whose number is on the screen."""
    clerk.open("/desk/identity")
    clerk.field("claim").fill(who.page.locator("strong.code").inner_text())
    clerk.field("national_number").fill(person.national_number)
    clerk.page.locator("[name='document'][value='identity_card']").check()
    clerk.look("counter-identity")
    clerk.click("desk.identity.code.give")
    clerk.sees("desk.identity.code.title")
    clerk.look("counter-code")
    return clerk.page.locator("strong.code").inner_text()


def fill_date(who: Visitor, name: str, iso: str) -> None:
    """A date into its three fields."""
    for part, value in zip(("year", "month", "day"), iso.split("-"), strict=True):
        who.field(f"{name}-{part}").fill(value.lstrip("0"))


def apply(who: Visitor, slug: str, person: Specimen) -> str:
    """From the page of a transaction to the application sent in; gives its reference."""
    who.open(f"/services/{slug}")
    who.look(f"{slug}-service")
    who.open(f"/apply/{slug}")
    who.look(f"{slug}-eligibility")
    return finish(who, slug, person)


def finish(who: Visitor, slug: str, person: Somebody, relative: Relative | None = None) -> str:
    """From the answer that one may to the application sent in."""
    who.click("eligible.begin")
    entry, given = CATALOGUE[slug], answers(slug, person, relative)
    for step in dict.fromkeys(question.step for question in entry.questions):
        expect(who.page.locator("h1")).to_contain_text(who.text(f"step.{step}"))
        for question in entry.questions:
            if question.step == step and question.is_asked(given):
                _answer(who, question.name, question.kind, given[question.name])
        who.look(f"{slug}-{step}")
        who.click("questions.save")
    reference = who.page.url.split("/applications/")[1].split("/")[0]
    hand_in(who, slug)
    who.look(f"{slug}-papers")
    who.click("papers.onward")
    who.look(f"{slug}-review")
    who.click("review.send")
    expect(who.page.locator("h1")).to_be_visible()
    return reference


def _answer(who: Visitor, name: str, kind: str, value: str) -> None:
    if kind in ("date", "past_date"):
        fill_date(who, name, value)
    elif kind == "choice":
        who.page.locator(f"[name='{name}'][value='{value}']").check()
    else:
        who.field(name).fill(value)


def hand_in(who: Visitor, slug: str) -> None:
    """Every required paper, one after the other."""
    for place, paper in enumerate(required_uploads(slug)):
        file: FilePayload = {"name": f"{paper.name}.jpg", "mimeType": "image/jpeg", "buffer": scan(place)}
        field = who.page.locator(f"input[type=file]#{paper.name}")
        field.set_input_files([file])
        if not who.scripts:
            field.locator("xpath=ancestor::section").locator("button").first.click()
        expect(who.page.get_by_role("link", name=f"{paper.name}.jpg").first).to_be_visible(timeout=LIMIT_MS)


def pay_by_card(who: Visitor, reference: str) -> None:
    """At the provider's own page, and back."""
    who.open(f"/applications/{reference}/pay")
    who.look("pay")
    who.click("pay.card.button")
    who.page.locator("button[value=pay]").click()
    who.page.wait_for_url(f"{who.url}/**")
    who.look("paid")


def come(officer: Visitor, reference: str, person: Specimen) -> None:
    """The visit in person, written down by whoever reads the number from the paper."""
    officer.open(f"/desk/cases/{reference}")
    officer.look("case-before-the-visit")
    officer.field("number").fill(person.national_number)
    officer.click("desk.visit.came")
    officer.sees("desk.done.attend")
    officer.look("case-after-the-visit")


def accept(officer: Visitor, reference: str) -> None:
    """Finds the case and accepts it."""
    officer.open("/desk")
    officer.look("queue")
    officer.field("q").fill(reference)
    officer.click("desk.queue.find")
    expect(officer.page.locator("h1")).to_contain_text(reference)
    officer.look("case")
    officer.click("desk.decide.accept")
    officer.sees("desk.done.accept")
    officer.look("case-accepted")


def find_at_counter(who: Visitor, reference: str) -> None:
    """Types the reference as it stands on a slip."""
    who.open("/desk/counter")
    who.look("counter")
    who.field("reference").fill(reference.replace("-", " ").lower())
    who.click("desk.queue.find")
    expect(who.page.locator(".found")).to_be_visible()


def open_till(cashier: Visitor, currency: str = "SAR") -> None:
    """The cashier's till is open, with ten notes of ten; all visitors who are the cashier share it."""
    cashier.open(f"/desk/tills?currency={currency}")
    cashier.look("tills")
    if cashier.page.locator("a[href*='/desk/tills/']", has_text=cashier.text("desk.tills.close")).count():
        return
    cashier.field("piece-1000").fill("10")
    cashier.click("desk.tills.open")
    cashier.sees("desk.tills.done.opened")
    cashier.look("till-opened")


def check_pdf(content: bytes, visitor: Visitor, kind: str) -> None:
    """It opens, is tagged for both languages, and stays beside the pictures."""
    with pikepdf.open(io.BytesIO(content)) as paper:
        assert len(paper.pages) >= 1
        assert paper.Root.MarkInfo.Marked
    (visitor.pictures / f"{visitor.say.code}-{kind}.pdf").write_bytes(content)


def check_document(applicant: Visitor, reference: str, kind: str) -> str:
    """Waits for the paper, downloads and opens it; gives its code."""
    applicant.open(f"/applications/{reference}")
    download = applicant.page.locator("a.button[href$='.pdf']")
    applicant.until(download)
    applicant.look(f"{kind}-ready")
    address = download.get_attribute("href") or ""
    check_pdf(applicant.download(download), applicant, kind)
    return address.rsplit("/", 1)[1].removesuffix(".pdf")
