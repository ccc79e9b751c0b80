"""A turn at the embassy from the calendar to the slip, moved and cancelled; the desk's day and calendar beside it."""

from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Request, expect

from deploy.demo.days import today
from deploy.demo.population import specimens
from deploy.demo.scenarios import appointments, people, steps
from deploy.demo.scenarios.answers import answers
from deploy.demo.scenarios.browser import Browser
from deploy.demo.scenarios.sign_in import sign_in
from shared.catalogue import CATALOGUE
from tests.browser.conftest import PEOPLE as POPULATION
from tests.browser.conftest import Platform
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor
from tests.browser.tools.walking import check_pdf

SLUG = "embassy-queue-riyadh"
PEOPLE = {"ar": specimens.MOTHER, "en": specimens.SERVED}
TITLES = {"ar": "صيانة", "en": "Repairs"}
Visit = Callable[..., Visitor]


@pytest.mark.parametrize("code", (pytest.param("ar", marks=pytest.mark.clock), "en"))
def test_a_turn_is_booked_moved_and_cancelled(visit: Visit, code: str) -> None:
    """With a script the device works for its time before the form is sent; without one the form is sent as it is."""
    has_script = code == "en"
    applicant = visit(code, "turn", scripts=has_script)
    sent = posted(applicant)
    walking.register(applicant, PEOPLE[code], visit(code, "clerk"))
    reference = fill(applicant, code)
    pick(applicant, -1)
    applicant.sees("review.send")
    assert [bool(form["altcha"][0]) for form in sent if "starts_at" in form] == [has_script]
    applicant.look("turn-review")
    applicant.click("review.send")
    applicant.sees("application.ready.text_turn")
    applicant.look("turn-booked")
    check_pdf(applicant.download(applicant.page.locator("a.button[href$='.pdf']")), applicant, "turn-slip")
    calendar = applicant.context.request.get(f"{applicant.url}/{code}/applications/{reference}/turn.ics")
    assert calendar.status == 200
    assert f"UID:{reference}@mahjar\r\n" in calendar.text()
    day_sheet(visit(code, "clerk"), reference, applicant)
    applicant.open(f"/applications/{reference}")
    applicant.open_link("turn.move")
    pick(applicant, 0)
    applicant.look("turn-move")
    applicant.click("turn.move.yes")
    expect(applicant.page.get_by_text(applicant.text("timeline.turn_moved"))).to_be_visible()
    worked = [bool(form["altcha"][0]) for form in sent if "altcha" in form]
    assert worked == [has_script, has_script]
    applicant.open_link("turn.cancel")
    applicant.look("turn-cancel")
    applicant.click("turn.cancel.yes")
    applicant.sees("application.withdrawn.text_turn")
    applicant.look("turn-cancelled")


def posted(applicant: Visitor) -> list[dict[str, list[str]]]:
    """The forms that the page sends, as they are sent."""
    forms: list[dict[str, list[str]]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.post_data:
            forms.append(parse_qs(request.post_data, keep_blank_values=True))

    applicant.page.on("request", note)
    return forms


def fill(applicant: Visitor, code: str) -> str:
    """The questions, up to the calendar."""
    for step, name in (("", "services"), ("/passport", "missions"), ("/passport/RUH", "days")):
        applicant.open(f"/seats{step}")
        applicant.look(f"seats-{name}")
    applicant.open(f"/services/{SLUG}")
    applicant.look("turn-service")
    applicant.open(f"/apply/{SLUG}")
    applicant.look("turn-eligibility")
    applicant.click("eligible.begin")
    entry, given = CATALOGUE[SLUG], answers(SLUG, PEOPLE[code])
    for step in dict.fromkeys(question.step for question in entry.questions):
        for question in entry.questions:
            if question.step == step:
                walking._answer(applicant, question.name, question.kind, given[question.name])
        applicant.look(f"turn-{step}")
        applicant.click("questions.save")
    return applicant.page.url.split("/applications/")[1].split("/")[0]


def pick(applicant: Visitor, which: int) -> None:
    """A day of the calendar, and its first time."""
    applicant.look("turn-calendar")
    days = applicant.page.locator(".month a")
    days.nth(days.count() - 1 if which < 0 else days.count() - 2).click()
    applicant.look("turn-times")
    applicant.page.locator(".slots button").first.click()
    expect(applicant.page.locator("h1")).to_be_visible()


def day_sheet(clerk: Visitor, reference: str, applicant: Visitor) -> None:
    """The clerk finds the turn in the day's list."""
    walking.sign_in(clerk, "clerk@mahjar.example")
    clerk.open("/desk/turns")
    clerk.look("turns-today")
    day = applicant.context.request.get(f"{applicant.url}/openings?mission=RUH&service=passport").json()["days"]
    last = [each["day"] for each in day if each["times"]][-1]
    clerk.open(f"/desk/turns?day={last}")
    expect(clerk.page.get_by_role("link", name=reference)).to_be_visible()
    clerk.look("turns-of-the-day")


@pytest.mark.parametrize(("code", "days"), (("ar", 190), ("en", 200)))
def test_the_desk_closes_a_day_and_opens_it_again(visit: Visit, code: str, days: int) -> None:
    """Both by two people: the head of mission proposes, an officer signs."""
    head, officer = visit(code, "calendar"), visit(code, "calendar-signed")
    walking.sign_in(head, "head-of-mission@mahjar.example")
    walking.sign_in(officer, "officer@mahjar.example")
    head.open("/desk/calendar")
    head.look("calendar")
    closed = head.page.locator("tr", has_text=TITLES[code])
    expect(closed).to_have_count(0)
    propose_closure(head, today() + timedelta(days=days))
    approve(head, officer, "closure")
    head.open("/desk/calendar")
    expect(closed).to_have_count(1)
    head.look("calendar-closed")
    closed.locator("form[action$='reopening'] button").click()
    head.look("reopening-preview")
    head.click("desk.proposals.send")
    head.sees("desk.proposals.done.proposed")
    approve(head, officer, "reopening")
    head.open("/desk/calendar")
    expect(closed).to_have_count(0)
    head.open("/desk/proposals/new/hours?service=passport&window=1&weekdays=6&opens=09:00")
    head.look("calendar-hours")


def propose_closure(head: Visitor, day: date) -> None:
    """Not without days and titles; then with them, after a look at whom it would touch."""
    head.open_link("desk.calendar.close")
    head.expected.add(422)
    head.click("desk.proposals.look")
    head.look("calendar-errors")
    for name in ("first_day", "last_day"):
        walking.fill_date(head, name, day.isoformat())
    for language, title in TITLES.items():
        head.field(f"title_{language}").fill(title)
    head.page.locator("[name='closes'][value='both']").check()
    head.page.locator("[name='affected'][value='move']").check()
    head.click("desk.proposals.look")
    head.look("calendar-preview")
    head.click("desk.proposals.send")
    head.sees("desk.proposals.done.proposed")


def approve(proposer: Visitor, officer: Visitor, kind: str) -> None:
    """Whoever proposed it cannot sign it; somebody else does."""
    own, waiting = (
        who.page.locator(
            "section.proposal", has=who.page.get_by_role("heading", name=who.text(f"desk.proposals.kind.{kind}"))
        )
        for who in (proposer, officer)
    )
    expect(own.get_by_role("button")).to_have_count(0)
    expect(own).to_contain_text(proposer.text("desk.proposals.own"))
    proposer.look(f"proposed-{kind}")
    officer.open("/desk/proposals")
    officer.look(f"waiting-{kind}")
    waiting.get_by_role("button", name=officer.text("desk.proposals.approve"), exact=True).click()
    officer.sees("desk.proposals.done.approve")
    officer.look(f"signed-{kind}")


def test_the_demo_plays_a_turn_and_a_visit(platform: Platform) -> None:
    staff = {role: Browser(platform.url, "ar") for role in ("officer", "cashier", "clerk")}
    for role, browser in staff.items():
        sign_in(browser, f"{role}@mahjar.example")
    applicant = Browser(platform.url, "en")
    population = people.Population(int(POPULATION))
    person = next(one for one in population.fitting(SLUG) if steps.register_account(applicant, one, staff["clerk"]))
    turn = steps.Steps(applicant, person, staff, SLUG)
    assert appointments.book(turn) == "booked"
    assert next(iter(turn.papers.values())).startswith(b"%PDF-")
    appointments.reschedule(turn)
    appointments.cancel(turn)
    assert b'"services"' in appointments.free_times(turn, "RUH", "passport")
    renewal = steps.Steps(applicant, person, staff, "passport-renewal")
    renewal.apply()
    appointments.visit(renewal)
    renewal.pay()
    renewal.accept()
    renewal.until_ready()
