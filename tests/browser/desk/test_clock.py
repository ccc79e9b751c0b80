"""What needs two people, and an older booking on its way into a draft: looked at in both languages, without scripts."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import FilePayload, expect

from deploy.demo import days
from deploy.demo.population import specimens
from tests.browser.tools import walking
from tests.browser.tools.visitor import Visitor

pytestmark = pytest.mark.clock

Visit = Callable[..., Visitor]
HEAD = "reference,national_number,given_name,transaction,booked_for"


def fill(who: Visitor, name: str, day: date) -> None:
    """A date in its three fields."""
    for part in ("day", "month", "year"):
        who.field(f"{name}-{part}").fill(str(getattr(day, part)))


@pytest.mark.parametrize("code", ["ar", "en"])
def test_a_booking_comes_in_is_confirmed_and_extended(visit: Visit, code: str) -> None:
    today = days.today()
    slug = "family-extract" if code == "ar" else "birth-statement"
    head, officer, mine = (
        visit(code, "clock-head", scripts=False),
        visit(code, "clock-officer"),
        visit(code, "clock-me"),
    )
    walking.sign_in(head, "head-of-mission@mahjar.example")
    walking.sign_in(officer, "officer@mahjar.example")
    walking.sign_in(mine, "woman@mahjar.example")
    import_bookings(head, code, slug, today)
    confirm(mine, code, slug)
    extend(head, today)
    sign(officer)
    notices_of(mine)
    suspend(head, slug, today)


def import_bookings(head: Visitor, code: str, slug: str, today: date) -> None:
    """A phase, a file with a good row and bad ones, its preview, and the good row kept."""
    head.open("/desk/bookings")
    head.look("bookings-none")
    if not head.field("window_from-day").is_visible():
        head.page.locator("summary", has_text=head.text("desk.bookings.new_phase")).click()
    fill(head, "window_from", today)
    fill(head, "window_to", today + timedelta(days=9))
    head.field("law_source").fill("Circular 3 of 2026")
    head.click("desk.bookings.declare")
    head.sees("desk.bookings.upload")
    booked = (today + timedelta(days=40)).isoformat()
    good = f"OLD-{code}-1,{specimens.WOMAN.national_number},{specimens.WOMAN.given_name},{slug},{booked}"
    bad = f"=SUM(A1),1,x,y,z\r\nOLD-{code}-2,٠١٩٩٩٠٠٠٠٠١,ليلى,{slug},2026-02-30"
    content = "\r\n".join([HEAD, good, bad]).encode("utf-8-sig")
    head.field("file").set_input_files(FilePayload(name="قديم.csv", mimeType="text/csv", buffer=content))
    head.click("desk.bookings.preview")
    head.sees("desk.bookings.nothing_yet")
    head.look("import-preview")
    head.page.locator("button[value=keep]").click()
    head.sees("desk.bookings.state.kept")
    head.look("import-kept")
    head.open("/desk/bookings")
    head.look("bookings")


def confirm(mine: Visitor, code: str, slug: str) -> None:
    """In vain first, then for good."""
    mine.expected.add(404)
    mine.open("/bookings/confirm")
    mine.look("confirm")
    mine.field("booking_reference").fill("OLD-0")
    mine.field("transaction").select_option(slug)
    mine.click("claim.confirm")
    mine.look("confirm-not-found")
    mine.field("booking_reference").fill(f"old-{code}-1")
    mine.click("claim.confirm")
    expect(mine.page).to_have_url(re.compile("/applications/"))
    mine.look("draft-of-a-booking")


def extend(head: Visitor, today: date) -> None:
    """The terms, what they touch, and off to a second person."""
    head.open("/desk/proposals")
    head.look("proposals-none")
    head.open_link("desk.proposals.new.extension")
    head.field("decree").fill("119/2026")
    fill(head, "decreed_on", today)
    fill(head, "ends_from", today)
    fill(head, "ends_to", today + timedelta(days=30))
    head.field("days").fill("15")
    head.look("extension")
    head.click("desk.proposals.look")
    head.look("extension-preview")
    head.click("desk.proposals.send")
    head.sees("desk.proposals.own")
    head.look("proposals-own")


def sign(officer: Visitor) -> None:
    """Declines nothing, signs."""
    officer.open("/desk/proposals")
    officer.look("proposals-to-sign")
    officer.click("desk.proposals.approve")
    officer.sees("desk.proposals.done.approve")
    officer.look("proposals-signed")


def notices_of(mine: Visitor) -> None:
    """The mark in the header, the list, the page itself."""
    mine.open("/applications")
    mine.until(mine.page.locator("header a[href$='/notices']", has_text=re.compile(r"\(")))
    mine.look("applications-unread")
    mine.open("/notices")
    mine.sees("notices.new")
    mine.look("notices")
    mine.open("/applications")
    mine.page.locator(".doors a").first.click()
    mine.sees("application.notices")
    mine.look("application-extended")
    mine.open_link("withdraw.title")
    mine.look("withdraw")


def suspend(head: Visitor, slug: str, today: date) -> None:
    """As far as its preview: the other walks still need the transaction."""
    head.open("/desk/proposals/new/standing")
    head.field("transaction").select_option(slug)
    head.page.locator("[name=standing][value=suspended]").check()
    fill(head, "valid_from", today + timedelta(days=1))
    head.field("law_source").fill("Circular 14 of 2026")
    head.look("standing")
    head.click("desk.proposals.look")
    head.look("standing-preview")
