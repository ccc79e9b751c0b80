"""Somebody with another keyboard: an account, a divorce statement of several pages, and the desk that finds it."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from deploy.demo.population import specimens, unusual
from deploy.demo.population.specimens import Specimen
from shared.catalogue import kin
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor
from tests.factories.documents.printed import pages_of

Visit = Callable[..., Visitor]
NEWCOMERS = {"ar": unusual.FIRST_HUSBAND, "en": unusual.REMARRIED}
# The letters of Kurdish, Persian and Urdu keyboards that look like Arabic ones.
OTHER_KEYBOARD = str.maketrans("يكةه", "یکۃھ")


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_divorce_statement_from_another_keyboard(visit: Visit, code: str) -> None:
    person = NEWCOMERS[code]
    who, clerk, officer = (visit(code, name) for name in ("newcomer", "newcomer-clerk", "newcomer-officer"))
    walking.sign_up(who, f"newcomer.{code}@mahjar.example")
    declare(who, person)
    walking.prove(who, clerk, person)
    reference = ask(who)
    walking.pay_by_card(who, reference)
    walking.sign_in(officer, "officer@mahjar.example")
    find(officer, person, reference)
    walking.accept(officer, reference)
    check_pages(who, reference)


def declare(who: Visitor, person: Specimen) -> None:
    """The card, typed with letters that another keyboard has."""
    assert person.mother_name != person.mother_name.translate(OTHER_KEYBOARD)
    for name, value in person.identity().items():
        if name != "born":
            who.field(name).fill(value.translate(OTHER_KEYBOARD))
    walking.fill_date(who, "born", person.born.isoformat())
    who.click("identity.confirm")
    who.sees("level.declared.title")


def ask(who: Visitor) -> str:
    """For a relative first, then for oneself: what was typed for the relative is shown no more. Gives the reference."""
    relative = who.page.locator(f"[name='{kin.NUMBER}']")
    who.open("/apply/divorce-statement")
    who.look("eligibility")
    who.click("eligible.begin")
    expect(relative).to_be_hidden()
    who.page.locator("[name=whose][value=relative]").check()
    relative.fill(specimens.SON.national_number)
    who.field(kin.GIVEN_NAME).fill(specimens.SON.given_name)
    who.look("for-a-relative")
    who.click("questions.save")
    for name in ("divorces", "purpose", "consular_registration"):
        who.page.locator(f"[name={name}]").last.check()
    who.click("questions.save")
    walking.hand_in(who, "divorce-statement")
    who.click("papers.onward")
    expect(who.page.locator("main")).to_contain_text(specimens.SON.national_number)
    reference = who.page.url.split("/applications/")[1].split("/")[0]
    who.open(f"/applications/{reference}/questions/person?review=1")
    expect(relative).to_have_value(specimens.SON.national_number)
    who.page.locator("[name=whose][value=self]").check()
    expect(relative).to_be_hidden()
    who.look("for-myself")
    who.click("questions.save_back")
    expect(who.page.locator("main")).not_to_contain_text(specimens.SON.national_number)
    who.look("review")
    who.click("review.send")
    expect(who.page.locator("h1")).to_be_visible()
    return reference


def find(officer: Visitor, person: Specimen, reference: str) -> None:
    """By the name in any order and from any keyboard, by a part of the reference, by the number."""
    name = f"{person.family_name} {person.given_name}"
    for sought in (name, name.translate(OTHER_KEYBOARD), reference.split("-")[1].lower(), person.national_number):
        officer.open(f"/desk?q={quote(sought)}")
        expect(officer.page.locator("main")).to_contain_text(reference)
    officer.open(f"/desk?q={quote(name.translate(OTHER_KEYBOARD))}")
    officer.look("found")


def check_pages(who: Visitor, reference: str) -> None:
    """Each sheet but the first says what it belongs to; none has the signature alone."""
    walking.check_document(who, reference, "divorce")
    pages = pages_of((who.pictures / f"{who.say.code}-divorce.pdf").read_bytes())
    number = next(word for word in pages[0].split() if word.startswith("RUH-"))
    for place, page in enumerate(pages[1:], start=2):
        assert number in page and f"Page {place} of {len(pages)}" in page
        assert "Divorce Statement" in page
