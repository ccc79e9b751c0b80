"""A lost phone, a forgotten password, a passkey and a leaving officer, each played through on the pages."""

import re
import time
from collections.abc import Callable, Iterator

import pyotp
import pytest
from playwright.sync_api import CDPSession, expect
from sqlalchemy import delete, update

from deploy.demo.demo_data import PASSWORD
from deploy.demo.population import specimens
from services.gateway.accounts.factors.authenticators import STEP_SECONDS
from services.gateway.accounts.factors.model import Authenticator, Passkey, RecoveryCode
from services.gateway.accounts.model import Account
from services.gateway.accounts.passwords import hash_password
from shared.database.db import Database
from tests.browser.conftest import Platform
from tests.browser.tools import walking
from tests.browser.tools.visitor import LIMIT_SECONDS, Visitor

NEW = "granite violin harbour"
PHONE = {"width": 360, "height": 740}
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b")
LINK = re.compile(r"http://\S+/recover/[A-Za-z0-9_-]{20,}")
OWNER = f"{specimens.ABROAD.key}@mahjar.example"
Visit = Callable[..., Visitor]


@pytest.fixture(autouse=True)
def as_at_first(platform: Platform) -> Iterator[None]:
    """The demo's accounts have no factors of their own, and the printed password."""
    yield
    database = Database(platform.accounts_url)
    with database.scope(None) as session:
        for table in (RecoveryCode, Passkey):
            session.execute(delete(table))
        session.execute(delete(Authenticator).where(Authenticator.sealed != b"specimen"))
        changed = update(Account).where(Account.email == OWNER)
        session.execute(changed.values(password_hash=hash_password(PASSWORD)))
        session.execute(update(Account).values(disabled_at=None))
    database.engine.dispose()


def first_step(who: Visitor, email: str, password: str = PASSWORD) -> None:
    who.open("/sign-in")
    who.field("identifier").fill(email)
    who.field("password").fill(password)
    who.click("sign_in.enter")
    expect(who.page.locator("h1")).to_be_visible()


def add_app(who: Visitor) -> tuple[pyotp.TOTP, list[str]]:
    """Adds an authenticator app, and gives it with the printed codes."""
    who.open("/account/security")
    who.look("security")
    who.page.locator("a[href$='/account/security/authenticator']").click()
    who.look("authenticator")
    app = pyotp.TOTP(who.page.locator("main bdi.code").inner_text().replace(" ", ""))
    # The step before: the codes of now and of the next step stay unused.
    who.field("factor_code").fill(app.at(int(time.time()) - STEP_SECONDS))
    who.click("factors.app.confirm")
    who.sees("factors.codes.lead")
    who.look("printed-codes")
    return app, CODE.findall(who.page.locator("ol.codes").inner_text())


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_lost_phone(visit: Visit, code: str) -> None:
    owner = visit(code, "lost-phone", viewport=PHONE)
    walking.sign_in(owner, OWNER)
    app, printed = add_app(owner)
    assert len(printed) == 10
    lost = visit(code, "without-phone", viewport=PHONE)
    first_step(lost, OWNER)
    lost.sees("second_step.title")
    lost.look("second-step")
    lost.expected.add(422)
    lost.field("factor_code").fill("000000")
    lost.click("sign_in.enter")
    lost.sees("refusal.factor_wrong")
    lost.look("wrong-code")
    lost.field("factor_code").fill(printed[0])
    lost.click("sign_in.enter")
    expect(lost.page.locator("form[action$='/sign-out']")).to_be_attached()
    new_phone = visit(code, "new-phone", viewport=PHONE)
    first_step(new_phone, OWNER)
    new_phone.field("factor_code").fill(app.now())
    new_phone.click("sign_in.enter")
    expect(new_phone.page.locator("form[action$='/sign-out']")).to_be_attached()


@pytest.mark.parametrize("code", ("ar", "en"))
def test_phone_and_printed_codes_lost(visit: Visit, code: str) -> None:
    owner, officer, head = visit(code, "lost-all"), visit(code, "officer"), visit(code, "head")
    walking.sign_in(owner, OWNER)
    add_app(owner)
    walking.sign_in(officer, "officer@mahjar.example")
    walking.sign_in(head, "head-of-mission@mahjar.example")
    officer.open("/desk/identity")
    officer.field("q").fill(specimens.ABROAD.national_number)
    officer.click("desk.passports.find")
    officer.page.get_by_text(officer.text("decision.factors_reset"), exact=True).click()
    form = officer.page.locator("form[action*='/factors_reset']")
    form.locator("textarea").fill("The owner came with her passport.")
    officer.look("propose-reset")
    form.get_by_role("button").click()
    officer.sees("desk.identity.done.proposed")
    head.open("/desk/identity")
    head.page.locator("form[action*='/identity/decisions/'] button[value='approve']").first.click()
    head.sees("desk.identity.done.decided")
    again = visit(code, "lost-all-again")
    walking.sign_in(again, OWNER)
    expect(again.page.locator("form[action$='/sign-out']")).to_be_attached()


def links_in_mailbox(who: Visitor) -> set[str]:
    """The links to new passwords that have come to the owner so far."""
    who.page.goto(f"{who.url}/{who.say.code}/recover?sent=1")
    mailbox = who.page.get_by_role("link", name=who.text("mailbox.open")).get_attribute("href")
    found = set(LINK.findall(who.context.request.get(f"{mailbox}?to={OWNER}").text()))
    who.open("/recover")
    return found


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_forgotten_password(visit: Visit, code: str) -> None:
    owner = visit(code, "forgetful", viewport=PHONE)
    owner.open("/sign-in")
    owner.look("sign-in")
    owner.open_link("recover.title")
    owner.look("recover")
    earlier = links_in_mailbox(owner)
    owner.field("identifier").fill(OWNER)
    owner.click("recover.send")
    owner.sees("recover.sent.title")
    owner.look("link-sent")
    give_up = time.monotonic() + LIMIT_SECONDS
    while not (found := links_in_mailbox(owner) - earlier):
        assert time.monotonic() < give_up
        time.sleep(walking.LOOK_SECONDS)
    owner.page.goto(re.sub(r"/(ar|en)/recover", f"/{code}/recover", found.pop()))
    owner.look("new-password")
    owner.field("password").fill(NEW)
    owner.click("recover.set")
    owner.sees("recover.done")
    owner.look("password-set")
    first_step(owner, OWNER, NEW)
    expect(owner.page.locator("form[action$='/sign-out']")).to_be_attached()


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_forgotten_password_at_the_counter(visit: Visit, code: str) -> None:
    owner, clerk = visit(code, "at-counter", viewport=PHONE), visit(code, "clerk")
    walking.sign_in(clerk, "clerk@mahjar.example")
    clerk.open("/desk/identity")
    clerk.field("recovery_number").fill(specimens.ABROAD.national_number)
    clerk.page.locator("[name='recovery_document'][value='passport']").check()
    clerk.click("desk.recovery.give")
    clerk.sees("desk.recovery.code")
    clerk.look("recovery-code")
    given = clerk.page.locator("strong.code").inner_text()
    owner.open("/recover/code")
    owner.look("recover-code")
    for name, value in (("identifier", specimens.ABROAD.national_number), ("code", given), ("password", NEW)):
        owner.field(name).fill(value)
    owner.click("recover.set")
    owner.sees("recover.done")


def virtual_authenticator(who: Visitor) -> CDPSession:
    """A device that knows its owner, in this browser alone."""
    devices = who.context.new_cdp_session(who.page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devices


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_passkey(visit: Visit, platform: Platform, code: str) -> None:
    owner = visit(code, "passkey", viewport=PHONE)
    owner.url = platform.url.replace("127.0.0.1", "localhost")
    virtual_authenticator(owner)
    walking.sign_in(owner, OWNER)
    owner.open("/account/security/passkey")
    owner.look("new-passkey")
    owner.field("name").fill("هاتفي")
    owner.click("factors.passkey.make")
    owner.sees("factors.done.passkey")
    owner.look("passkey-added")
    owner.click("nav.sign_out")
    owner.open("/sign-in/passkey")
    owner.look("sign-in-passkey")
    owner.click("passkey.use")
    expect(owner.page.locator("form[action$='/sign-out']")).to_be_attached()
    stranger = visit(code, "no-passkey")
    stranger.url = owner.url
    first_step(stranger, OWNER)
    stranger.sees("second_step.title")


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_leaving_officer(visit: Visit, code: str) -> None:
    leaving, administrator, head = visit(code, "leaving"), visit(code, "administrator"), visit(code, "head")
    walking.sign_in(leaving, "auditor@mahjar.example")
    walking.sign_in(administrator, "administrator@mahjar.example")
    walking.sign_in(head, "head-of-mission@mahjar.example")
    administrator.open("/desk/staff")
    row = administrator.page.locator("section.found", has_text="auditor@mahjar.example")
    row.get_by_text(administrator.text("decision.staff_disable"), exact=True).click()
    form = row.locator("form[action$='/staff_disable']")
    form.locator("textarea").fill("Her posting is over.")
    administrator.look("propose-leaving")
    form.get_by_role("button").click()
    administrator.sees("desk.identity.done.proposed")
    head.open("/desk/staff")
    head.look("sign-leaving")
    head.page.locator("form[action*='/staff/decisions/'] button[value='approve']").first.click()
    head.sees("desk.identity.done.decided")
    leaving.open("/desk")
    leaving.sees("sign_in.title")
    leaving.look("left")
    leaving.expected.add(422)
    first_step(leaving, "auditor@mahjar.example")
    leaving.sees("refusal.sign_in_failed")
