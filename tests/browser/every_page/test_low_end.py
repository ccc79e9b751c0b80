"""Small and old telephones, twice the size, paper, forced colours: every page stays whole and readable."""

import subprocess
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.tools import axe, page_findings, walking
from tests.browser.tools.pages import PAGES
from tests.browser.tools.visitor import Visitor

Visit = Callable[..., Visitor]
# A telephone of 360 px whose owner reads at 200 %.
DOUBLED = {"width": 180, "height": 370}
PHONE = {"width": 360, "height": 740}
SEATS = {"seats": "/seats", "missions": "/seats/passport", "days": "/seats/passport/RUH"}
OPEN = {**PAGES, **SEATS, "help": "/help", "no-page": "/no"}
OWN = {"applications": "/applications", "account": "/account", "notices": "/notices", "mandates": "/account/mandates"}
DESK = {
    "queue": "/desk",
    "day-sheet": "/desk/turns",
    "letters": "/desk/letters",
    "refunds": "/desk/refunds",
    "mandates": "/desk/mandates",
    "counter": "/desk/counter",
    "ledger": "/desk/ledger",
    "calendar": "/desk/calendar",
}


def check(reader: Visitor, name: str) -> None:
    """Not wider than its screen, no broken word, no two regions of one name, and nothing that axe has to say."""
    page = reader.page
    page.evaluate("document.fonts.ready")
    assert page.evaluate(page_findings.OVERFLOW) <= 0, name
    assert page.evaluate(page_findings.BROKEN_WORDS) == [], name
    assert page.evaluate(page_findings.SAME_REGIONS) == [], name
    assert page.evaluate(page_findings.NAMELESS_TABLES) == 0, name
    assert page.evaluate(page_findings.LOOSE_HINTS) == [], name
    assert axe.violations(page) == [], name


@pytest.mark.parametrize("code", ("ar", "en"))
@pytest.mark.parametrize("size", (DOUBLED, PHONE), ids=("doubled", "phone"))
def test_pages_for_everybody(visit: Visit, code: str, size: dict[str, int]) -> None:
    reader = visit(code, f"small-{size['width']}", viewport=size, bypass_csp=True)
    reader.expected.add(404)
    for name, path in OPEN.items():
        reader.open(path)
        check(reader, name)


@pytest.mark.parametrize("code", ("ar", "en"))
def test_pages_of_a_person_and_of_the_desk(visit: Visit, code: str) -> None:
    reader, officer = (visit(code, name, viewport=DOUBLED, bypass_csp=True) for name in ("own-small", "desk-small"))
    walking.sign_in(reader, "father@mahjar.example")
    walking.sign_in(officer, "head-of-mission@mahjar.example")
    for who, pages in ((reader, OWN), (officer, DESK)):
        for name, path in pages.items():
            who.open(path)
            check(who, name)


LONG_NAME = """name => document.querySelectorAll('dd:not(.change), h1, td, bdi, .grow').forEach(
  one => { one.textContent = name; })"""


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_name_of_sixty_letters_widens_no_page(visit: Visit, code: str) -> None:
    reader, officer = (visit(code, name, viewport=PHONE) for name in ("long-name", "long-name-desk"))
    walking.sign_in(reader, "father@mahjar.example")
    walking.sign_in(officer, "head-of-mission@mahjar.example")
    for who, path in ((reader, "/account"), (reader, "/applications"), (officer, "/desk"), (officer, "/desk/turns")):
        who.open(path)
        who.page.evaluate(LONG_NAME, "ع" * 60 if code == "ar" else "W" * 60)
        assert who.page.evaluate(page_findings.OVERFLOW) <= 0, path


@pytest.mark.parametrize("code", ("ar", "en"))
@pytest.mark.parametrize("width", (360, 900, 911))
def test_the_desk_keeps_its_filters_on_narrow_screens(visit: Visit, code: str, width: int) -> None:
    """911 px is a screen of 1366 at 150 %."""
    officer = visit(code, "filters", viewport={"width": width, "height": 700})
    walking.sign_in(officer, "head-of-mission@mahjar.example")
    for path, words in (("/desk", "status.in_review"), ("/desk/turns", "desk.turns.today")):
        officer.open(path)
        expect(officer.page.locator(".filters a", has_text=officer.text(words)).first).to_be_visible()


@pytest.mark.parametrize("code", ("ar", "en"))
def test_a_printed_queue_has_its_columns_its_filter_and_its_moment(visit: Visit, code: str) -> None:
    officer = visit(code, "printer")
    walking.sign_in(officer, "head-of-mission@mahjar.example")
    officer.open("/desk?status=in_review")
    officer.page.emulate_media(media="print")
    assert officer.page.evaluate("getComputedStyle(document.querySelector('.foot .printed')).display") == "block"
    expect(officer.page.locator(".filters [aria-current]")).to_be_visible()
    expect(officer.page.locator(".filters a:not([aria-current])").first).to_be_hidden()
    check_sheets(officer)


@pytest.mark.parametrize("code", ("ar", "en"))
def test_no_sheet_comes_out_empty(visit: Visit, code: str) -> None:
    reader = visit(code, "sheets")
    for path in ("/", "/help", "/services/passport-renewal", "/seats/passport/RUH", "/track"):
        reader.open(path)
        check_sheets(reader)


def check_sheets(who: Visitor) -> None:
    """Every printed sheet has something on it."""
    printed = who.page.pdf(prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-", "-"], input=printed, capture_output=True, check=True).stdout.decode()
    *sheets, _ = text.split("\f")
    assert sheets and all(sheet.strip() for sheet in sheets), who.page.url


@pytest.mark.parametrize("code", ("ar", "en"))
def test_weekdays_and_times_stand_whole(visit: Visit, code: str) -> None:
    for width in (320, 360, 768, 1366):
        reader = visit(code, f"days-{width}", viewport={"width": width, "height": 700}, bypass_csp=True)
        reader.open("/seats/passport/RUH")
        check(reader, f"days at {width}")
        names = reader.page.locator(".month thead th") if width > 767 else reader.page.locator(".month .weekday")
        assert names.count() >= 7


def test_what_is_chosen_is_marked_in_forced_colours(visit: Visit) -> None:
    reader = visit("en", "forced", forced_colors="active")
    reader.open("/")
    mark = "getComputedStyle(document.querySelector('.band [aria-current]')).outlineStyle"
    assert reader.page.evaluate(mark) == "solid"


@pytest.mark.parametrize(("code", "typed"), (("ar", "اخراج قيد"), ("en", "police clearance")))
def test_home_begins_with_a_search_and_services(visit: Visit, code: str, typed: str) -> None:
    reader = visit(code, "search", viewport=PHONE)
    reader.open("/")
    expect(reader.page.locator(".doors a").first).to_be_in_viewport()
    reader.field("q").fill(typed)
    reader.click("search.find")
    expect(reader.page.locator(".found-services a").first).to_be_in_viewport()
    reader.look("found")


@pytest.mark.parametrize(("code", "typed", "shown"), (("ar", "المانيا", "بعثة برلين"), ("en", "germany", "Berlin")))
def test_missions_are_found_by_country(visit: Visit, code: str, typed: str, shown: str) -> None:
    reader = visit(code, "missions", viewport=PHONE)
    reader.open("/seats/passport")
    every = reader.page.locator("main li").count()
    reader.field("q").fill(typed)
    reader.click("missions.show")
    expect(reader.page.locator("main li", has_text=shown)).to_be_visible()
    assert reader.page.locator("main li").count() < every
