"""Acting for somebody else, seen by everybody concerned: who gives the mandate, who holds it, who checks a paper."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import FilePayload, expect

from deploy.demo.days import today
from deploy.demo.population import specimens
from deploy.demo.scenarios.answers import scan
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor

Visit = Callable[..., Visitor]
SLUG = "individual-extract"


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_mandate_is_given_used_and_ended(visit: Visit, code: str) -> None:
    woman, father = visit(code, "woman"), visit(code, "father")
    walking.sign_in(woman, "woman@mahjar.example")
    walking.sign_in(father, "father@mahjar.example")
    give(woman)
    accept(father)
    reference = apply_for(father)
    walking.pay_by_card(father, reference)
    father.open(f"/applications/{reference}")
    father.look("application-for-another")
    officer = visit(code, "officer")
    walking.sign_in(officer, "officer@mahjar.example")
    walking.accept(officer, reference)
    father.open(f"/applications/{reference}")
    father.until(father.page.get_by_text(father.text("application.ready.title")))
    assert father.download(father.page.locator("a[href*='/documents/']").first).startswith(b"%PDF")
    woman.open(f"/applications/{reference}")
    woman.look("application-by-another")
    woman.open("/account/mandates")
    woman.click("mandates.end")
    woman.sees("mandates.done.end")
    father.expected.add(403)
    father.open(f"/applications/{reference}")
    father.look("mandate-ended")
    father.open("/applications")
    father.look("applications-with-ended")


def give(woman: Visitor) -> None:
    woman.open("/account")
    woman.look("account")
    woman.open_link("mandates.open")
    woman.look("mandates")
    woman.open_link("mandates.give")
    woman.expected.add(422)
    woman.click("mandates.give.send")
    woman.look("mandate-faults")
    woman.field("agent_number").fill(specimens.FATHER.national_number)
    woman.field("agent_given").fill(specimens.FATHER.given_name)
    woman.page.locator("[name='scope'][value='group:civil_status']").check()
    walking.fill_date(woman, "until", (today() + timedelta(days=60)).isoformat())
    woman.look("mandate-new")
    woman.click("mandates.give.send")
    woman.sees("mandates.done.granted")
    woman.look("mandates-given")


def accept(father: Visitor) -> None:
    father.open("/account/mandates")
    father.look("mandates-offered")
    father.click("mandates.accept")
    father.sees("mandates.done.accept")
    father.look("mandates-held")


def apply_for(father: Visitor) -> str:
    father.open(f"/services/{SLUG}")
    father.open_link("service.start")
    father.look("whom")
    father.page.locator("[name='whom'][value^='mandate:']").check()
    father.click("whom.go_on")
    father.look("eligible-for-another")
    return walking.finish(father, SLUG, specimens.WOMAN)


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_relative_and_a_child_are_named(visit: Visit, code: str) -> None:
    father = visit(code, "kin")
    walking.sign_in(father, "father@mahjar.example")
    for slug, capacity, one in ((SLUG, "relative", specimens.MOTHER), ("passport-first", "guardian", specimens.SON)):
        father.open(f"/apply/{slug}/whom")
        father.page.locator(f"[name='whom'][value='{capacity}']").check()
        father.look(f"whom-{capacity}")
        father.click("whom.go_on")
        father.look(f"{capacity}-named")
        father.expected.add(422)
        # The register's own list is offered first; a number is for whoever is not on it.
        father.page.locator("summary", has_text=father.text("whom.by_number")).click()
        father.field("national_number").fill(specimens.ELDER.national_number)
        father.field("given_name").fill(one.given_name)
        father.click("whom.go_on")
        father.look(f"{capacity}-not-found")
        father.field("national_number").fill(one.national_number)
        father.click("whom.go_on")
        father.sees("eligible.yes.title_other")
        father.look(f"{capacity}-eligible")


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_paper_is_handed_in_and_checked(visit: Visit, code: str) -> None:
    agent, officer = visit(code, "paper"), visit(code, "checking")
    walking.sign_in(agent, "abroad@mahjar.example")
    walking.sign_in(officer, "officer@mahjar.example")
    day = today()
    agent.open("/account/mandates/paper/power_of_attorney")
    agent.field("principal_number").fill(specimens.WOMAN.national_number)
    agent.field("principal_given").fill(specimens.WOMAN.given_name)
    walking.fill_date(agent, "issued_on", (day - timedelta(days=9)).isoformat())
    walking.fill_date(agent, "until", (day + timedelta(days=90)).isoformat())
    agent.page.locator(f"[name='scope'][value='{SLUG}']").check()
    file: FilePayload = {"name": "paper.jpg", "mimeType": "image/jpeg", "buffer": scan(3)}
    agent.field("scan").set_input_files([file])
    agent.look("paper")
    agent.click("mandates.paper.send")
    agent.sees("mandates.done.handed_in")
    agent.look("paper-handed-in")
    officer.open("/desk/mandates")
    officer.look("desk-mandates")
    officer.page.locator("th a").first.click()
    expect(officer.page.locator("#found-title")).to_be_visible()
    officer.look("desk-mandate")
    officer.click("desk.mandates.accept")
    officer.sees("desk.mandates.done.accepted")
    officer.look("desk-mandates-decided")
    agent.open("/account/mandates")
    agent.look("paper-accepted")
    agent.click("mandates.end")
    agent.sees("mandates.done.end")
