"""Every page of the desk's new work in a real browser: in both languages, on a telephone and on a desk's screen."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.database.db import Database
from shared.values.references import new
from tests.factories.applications import Counter
from tests.factories.messages.parked import park
from tests.service.gateway.desk.conftest import Desk

At = Callable[..., Counter]
WIDTHS = (360, 1366)
PAGES = {
    "queue": "desk?all=yes",
    "case": "desk/cases/{reference}",
    "refuse": "desk/cases/{reference}/refuse",
    "counter": "desk/counter?reference={reference}",
    "day-sheet": "desk/turns",
    "figures": "desk/figures?days=7",
    "parked": "desk/parked",
    "message": "desk/parked/{number}",
    "discard": "desk/proposals/new/discard_message?message_number={number}",
    "services": "desk/services",
    "refunds": "desk/refunds",
    "tills": "desk/tills",
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_page_is_wider_than_its_screen(
    counter: At, desk: Desk, database: Callable[[str], Database], language: str, width: int
) -> None:
    here = counter().until("in_review", "individual-extract")
    number = park(database("consular"), new("RUH", 10))
    page = desk("head_of_mission", language, width)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    for name, path in PAGES.items():
        answer = page.goto(path.format(reference=here.reference, number=number))
        assert answer is not None and answer.status == 200, name
        root = page.locator("html")
        assert root.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert page.locator("h1").count() == 1, name
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults += [f"{name}: {wide} px too wide"] if wide > 0 else []
        if folder := os.environ.get("MAHJAR_SCREENSHOTS"):
            page.screenshot(path=Path(folder, f"{language}-{width}-{name}.png"), full_page=True)
    assert not faults


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_list_on_paper_has_nothing_to_press(counter: At, desk: Desk, language: str) -> None:
    counter().until("in_review", "individual-extract")
    page = desk("head_of_mission", language)
    for path in ("desk?all=yes", "desk/turns", "desk/figures"):
        page.goto(path)
        page.emulate_media(media="print")
        for pressed in page.locator("button, .group, .filters a:not([aria-current]), tbody input").all():
            assert not pressed.is_visible(), path
        assert page.locator("h1").is_visible()
        page.emulate_media(media="screen")
