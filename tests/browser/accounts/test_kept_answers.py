"""Nothing typed is lost in a real browser: the session's end, another language, the way back, no network, two tabs."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from deploy.demo.demo_data import PASSWORD
from services.gateway.accounts.factors.authenticators import SPECIMEN_CODE
from services.gateway.accounts.model import AuthSession
from shared.database.db import Database
from tests.browser.conftest import Platform
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor, hold

Visit = Callable[..., Visitor]
TELEPHONE = {"width": 360, "height": 740}
LAPTOP = {"width": 1366, "height": 768}
NAME = {"ar": "سامر عبد الله", "en": "Samer Abdullah"}
OTHER = {"ar": "en", "en": "ar"}
STAY_SECONDS = 130


@pytest.fixture
def age(platform: Platform) -> Iterator[Callable[[timedelta], None]]:
    """`age(timedelta(hours=2))`: every session was left alone for so long."""
    database = Database(platform.accounts_url)

    def give(span: timedelta) -> None:
        with database.scope(None) as session:
            values = {"idle_ends_at": AuthSession.idle_ends_at - span, "seen_at": AuthSession.seen_at - span}
            session.execute(update(AuthSession).values(values).execution_options(synchronize_session=False))

    yield give
    database.engine.dispose()


def contact(who: Visitor, email: str, slug: str = "passport-renewal") -> str:
    """Signs in and opens a step with text fields; gives its address without the language."""
    walking.sign_in(who, email)
    who.open(f"/apply/{slug}")
    begin = who.page.get_by_role("button", name=who.text("eligible.begin"), exact=True)
    begin.click()
    reference = who.page.url.split("/applications/")[1].split("/")[0]
    who.open(f"/applications/{reference}/questions/contact")
    return f"/applications/{reference}/questions/contact"


def clear(who: Visitor) -> None:
    """Forgets what an earlier test left in the fields."""
    if who.page.locator(".kept button").count():
        who.page.locator(".kept button").first.click()
        expect(who.page.locator(".kept")).to_have_count(0)


def type_name(page: Page, name: str) -> None:
    page.locator("[name=emergency_name]").fill(name)


def has_name(page: Page, name: str) -> None:
    expect(page.locator("[name=emergency_name]")).to_have_value(name)


@pytest.mark.parametrize("code", ("ar", "en"))
@pytest.mark.parametrize(
    ("scripts", "viewport"), ((True, TELEPHONE), (False, LAPTOP)), ids=("scripts-360", "no-scripts-1366")
)
def test_an_expired_session(
    visit: Visit, age: Callable[[timedelta], None], code: str, scripts: bool, viewport: dict[str, int]
) -> None:
    who = visit(code, f"expired-{viewport['width']}", scripts=scripts, viewport=viewport)
    step = contact(who, "woman@mahjar.example")
    clear(who)
    type_name(who.page, NAME[code])
    age(timedelta(hours=2))
    who.click("questions.save")
    who.sees("sign_in.kept.title")
    who.look("sign-in-kept")
    who.field("identifier").fill("woman@mahjar.example")
    who.field("password").fill(PASSWORD)
    who.click("sign_in.enter")
    who.page.wait_for_url(f"**{step}")
    has_name(who.page, NAME[code])
    who.sees("kept.back")
    who.look("step-with-what-was-typed")


@pytest.mark.parametrize("code", ("ar", "en"))
def test_another_language(visit: Visit, code: str) -> None:
    who = visit(code, "language", viewport=TELEPHONE)
    step = contact(who, "father@mahjar.example")
    clear(who)
    type_name(who.page, NAME[code])
    who.page.locator("a.language").click()
    who.page.wait_for_url(f"**/{OTHER[code]}{step}")
    has_name(who.page, NAME[code])


@pytest.mark.parametrize("code", ("ar", "en"))
def test_another_language_before_signing_in(visit: Visit, code: str) -> None:
    who = visit(code, "stranger", viewport=TELEPHONE)
    who.open("/sign-up")
    who.field("email").fill("somebody@mahjar.example")
    for _ in range(2):
        who.page.locator("a.language").click()
        who.page.wait_for_load_state()
        expect(who.field("email")).to_have_value("somebody@mahjar.example")


@pytest.mark.parametrize("code", ("ar", "en"))
def test_another_language_without_a_script(visit: Visit, code: str) -> None:
    """The link at the head leads to the form's own button. The Enter key sends the form and changes no language."""
    who = visit(code, "plain", scripts=False, viewport=TELEPHONE)
    who.open("/sign-up")
    who.field("email").fill("plain@mahjar.example")
    shown = who.page.locator("a.language:visible")
    expect(shown).to_have_count(1)
    shown.click()
    assert who.page.url.endswith(f"/{code}/sign-up#other-language")
    expect(who.field("email")).to_have_value("plain@mahjar.example")
    button = who.page.locator("#other-language button")
    expect(button).to_have_attribute("lang", OTHER[code])
    button.click()
    who.page.wait_for_url(f"**/{OTHER[code]}/sign-up")
    expect(who.field("email")).to_have_value("plain@mahjar.example")
    who.expected.add(422)
    who.field("email").press("Enter")
    who.page.wait_for_load_state()
    assert who.page.url.endswith(f"/{OTHER[code]}/sign-up")
    expect(who.page.locator("main [role=alert]")).to_be_visible()


@pytest.mark.parametrize("code", ("ar", "en"))
def test_another_language_on_a_line_that_loses_what_is_kept(visit: Visit, code: str) -> None:
    who = visit(code, "slow-line", viewport=TELEPHONE)
    who.open("/sign-up")
    # What is sent to be kept never arrives; the page itself does.
    who.page.route(f"**{who.page.locator('script[data-keep]').get_attribute('data-keep')}", lambda _: None)
    who.field("email").fill("somebody@mahjar.example")
    who.page.locator("a.language").click()
    expect(who.page.locator("html")).not_to_have_attribute("lang", code)
    expect(who.field("email")).to_have_value("somebody@mahjar.example")


@pytest.mark.parametrize("code", ("ar", "en"))
def test_the_way_back_and_a_new_load(visit: Visit, code: str) -> None:
    who = visit(code, "back")
    contact(who, "woman@mahjar.example", "passport-renewal")
    clear(who)
    type_name(who.page, NAME[code])
    who.page.locator("header a.name").click()
    expect(who.page.locator("h1")).to_be_visible()
    who.page.go_back()
    has_name(who.page, NAME[code])
    who.page.reload()
    has_name(who.page, NAME[code])


@pytest.mark.parametrize("code", ("ar", "en"))
def test_what_is_typed_before_the_script_arrives(visit: Visit, code: str) -> None:
    who = visit(code, "late-script", viewport=TELEPHONE)
    step = contact(who, "father@mahjar.example")
    clear(who)
    release = hold(who, "**/forms*.js")
    who.page.goto(who.page.url, wait_until="commit")
    type_name(who.page, NAME[code])
    release()
    who.page.wait_for_load_state()
    who.page.locator("header a.name").click()
    expect(who.page.locator("h1")).to_be_visible()
    who.open(step)
    who.until(who.page.locator(".kept").first)
    has_name(who.page, NAME[code])


@pytest.mark.parametrize("code", ("ar", "en"))
def test_no_network(visit: Visit, code: str) -> None:
    who = visit(code, "offline", viewport=TELEPHONE)
    step = contact(who, "father@mahjar.example")
    clear(who)
    who.context.set_offline(True)
    who.page.evaluate("Object.defineProperty(navigator, 'onLine', {get: () => false, configurable: true})")
    type_name(who.page, NAME[code])
    who.click("questions.save")
    expect(who.page.locator("#shown-offline")).to_be_focused()
    has_name(who.page, NAME[code])
    who.page.screenshot(path=who.pictures / f"{code}-offline.png", full_page=True)
    who.context.set_offline(False)
    who.page.evaluate("delete navigator.onLine")
    who.faults.clear()
    who.expected.add(422)
    who.click("questions.save")
    who.page.wait_for_load_state()
    has_name(who.page, NAME[code])
    assert step in who.page.url


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_form_that_the_network_loses_on_its_way(visit: Visit, code: str) -> None:
    who = visit(code, "lost")
    contact(who, "father@mahjar.example")
    clear(who)
    who.page.route("**/kept", lambda route: route.abort())
    who.page.route(
        "**/questions/contact", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    type_name(who.page, NAME[code])
    who.click("questions.save")
    who.page.wait_for_url("chrome-error://**")
    who.page.unroute_all()
    who.page.go_back()
    has_name(who.page, NAME[code])
    who.faults.clear()


@pytest.mark.parametrize("code", ("ar", "en"))
def test_two_tabs(visit: Visit, code: str) -> None:
    who = visit(code, "tabs", viewport=TELEPHONE)
    who.expected.update({409, 422})
    step = contact(who, "father@mahjar.example")
    clear(who)
    first = {"mobile": "+966507654321", "emergency_phone": "+963933123456", "emergency_name": NAME[code]}
    second = who.context.new_page()
    second.goto(f"{who.url}/{code}{step}")
    fill_contact(who.page, first)
    who.click("questions.save")
    expect(who.page.locator("h1")).not_to_contain_text(who.text("step.contact"))
    fill_contact(second, {**first, "emergency_name": "Layla"})
    second.get_by_role("button", name=who.text("questions.save"), exact=True).click()
    shown = second.locator(".notice table td")
    expect(shown).to_have_count(2)
    assert [text.strip("\u2068\u2069") for text in shown.all_inner_texts()] == [NAME[code], "Layla"]
    has_name(second, "Layla")
    second.screenshot(path=who.pictures / f"{code}-two-tabs.png", full_page=True)
    second.get_by_role("button", name=who.text("answers_changed.keep_saved")).click()
    has_name(second, NAME[code])


def fill_contact(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=consular_registration]").first.check()


@pytest.mark.parametrize("code", ("ar", "en"))
def test_the_warning_before_the_end(visit: Visit, age: Callable[[timedelta], None], code: str) -> None:
    who = visit(code, "warned", viewport=TELEPHONE)
    who.page.clock.install()
    contact(who, "woman@mahjar.example")
    age(timedelta(hours=1) - timedelta(seconds=118))
    who.page.clock.fast_forward(58 * 60 * 1000 + 2000)
    warning = who.page.locator("#shown-session-ending")
    expect(warning).to_be_visible()
    who.page.screenshot(path=who.pictures / f"{code}-warning.png")
    warning.get_by_role("button").click()
    expect(warning).to_be_hidden()
    age(timedelta(minutes=50))
    who.page.reload()
    expect(who.page.locator("h1")).to_contain_text(who.text("step.contact"))
    age(timedelta(hours=2))
    who.page.clock.fast_forward(58 * 60 * 1000 + 2000)
    expect(who.page.locator("#shown-session-ended")).to_be_visible()


@pytest.mark.parametrize("code", ("ar", "en"))
def test_two_fresh_tabs_of_the_sign_in(visit: Visit, code: str) -> None:
    who = visit(code, "fresh")
    first, second = who.page, who.context.new_page()
    # Both are asked for before either has brought its cookie.
    for page in (first, second):
        page.goto(f"{who.url}/{code}/sign-in", wait_until="commit")
        who.context.clear_cookies()
    second.goto(f"{who.url}/{code}/sign-in")
    for page in (first, second):
        page.locator("[name=identifier]").fill("father@mahjar.example")
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name=who.text("sign_in.enter"), exact=True).click()
        expect(page.locator("h1")).to_contain_text(who.text("applications.title"))


@pytest.mark.parametrize("code", ("ar", "en"))
def test_an_officer_types_a_reason(visit: Visit, age: Callable[[timedelta], None], code: str) -> None:
    officer = visit(code, "officer", viewport=LAPTOP)
    walking.sign_in(officer, "head-of-mission@mahjar.example")
    officer.open("/desk/proposals/new/extension")
    officer.field("decree").fill(NAME[code])
    age(timedelta(hours=2))
    officer.click("desk.proposals.look")
    officer.field("identifier").fill("head-of-mission@mahjar.example")
    officer.field("password").fill(PASSWORD)
    officer.click("sign_in.enter")
    officer.field("factor_code").fill(SPECIMEN_CODE)
    officer.click("sign_in.enter")
    expect(officer.field("decree")).to_have_value(NAME[code])
    officer.look("proposal-with-what-was-typed")
