"""A stolen identity, played through: proven by passport and photo, a second claim, the hold, and two officers."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload

from deploy.demo.population import specimens
from deploy.demo.scenarios.answers import scan
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor

NEWCOMERS = {"ar": specimens.WIDOW, "en": specimens.DIVORCED}
Visit = Callable[..., Visitor]
PHONE = {"width": 360, "height": 740}


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_stolen_identity_comes_back(visit: Visit, code: str) -> None:
    person = NEWCOMERS[code]
    thief, owner = visit(code, "thief", viewport=PHONE), visit(code, "owner", viewport=PHONE)
    clerk, officer, head = visit(code, "clerk"), visit(code, "officer"), visit(code, "head")
    walking.sign_up(thief, f"thief.{code}@mahjar.example")
    walking.declare(thief, person)
    hand_in_pictures(thief)
    walking.sign_in(officer, "officer@mahjar.example")
    accept_pictures(officer, person.national_number)
    thief.open("/identity")
    thief.sees("level.confirmed.title")
    walking.sign_up(owner, f"owner.{code}@mahjar.example")
    walking.declare(owner, person)
    owner.click("prove.report.send")
    owner.sees("identity.done.reported")
    owner.look("reported")
    walking.sign_in(clerk, "clerk@mahjar.example")
    owner.field("code").fill(walking.code_at_counter(clerk, owner, person))
    owner.click("prove.code.send")
    owner.sees("level.frozen.title")
    owner.look("on-hold")
    thief.open("/applications")
    thief.sees("level.frozen.title")
    release(officer, head, f"thief.{code}@mahjar.example")
    owner.open("/identity")
    owner.sees("level.declared.title")
    owner.field("code").fill(walking.code_at_counter(clerk, owner, person))
    owner.click("prove.code.send")
    owner.sees("identity.done.proven")
    owner.look("mine-again")


def hand_in_pictures(who: Visitor) -> None:
    who.open("/identity/passport")
    who.look("passport-and-photo")
    for place, name in enumerate(("passport", "face")):
        picture = FilePayload(name=f"{name}.jpg", mimeType="image/jpeg", buffer=scan(place))
        who.page.locator(f"#{name}").set_input_files([picture])
    who.click("passport_check.send")
    who.sees("passport_check.waiting")
    who.look("passport-sent")


def accept_pictures(officer: Visitor, number: str) -> None:
    """The officer looks at both and types the number as the page has it."""
    officer.open("/desk/identity")
    officer.look("identities")
    officer.page.locator("a[href*='/identity/checks/']").first.click()
    officer.look("passport-check")
    officer.field("national_number").fill(number)
    officer.click("passport_check.accept")
    officer.sees("desk.identity.done.passport_accepted")


def release(officer: Visitor, head: Visitor, email: str) -> None:
    """One proposes to untie the thief's account, another signs."""
    officer.open("/desk/identity")
    officer.field("q").fill(email)
    officer.click("desk.passports.find")
    form = officer.page.locator("form[action$='/release']")
    form.locator("xpath=ancestor::details").evaluate("details => details.open = true")
    officer.look("account-at-desk")
    form.locator("textarea").fill("specimen reason")
    form.locator("button").click()
    officer.sees("desk.identity.done.proposed")
    walking.sign_in(head, "head-of-mission@mahjar.example")
    head.open("/desk/identity")
    head.look("second-signature")
    head.click("decision.approve")
    head.sees("desk.identity.done.decided")
