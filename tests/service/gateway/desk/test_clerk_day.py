"""A day of mixed cases by keyboard alone, with the keys and seconds of each; a code that a reader types."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.factories.applications import Counter
from tests.factories.gateway import Gateway
from tests.service.gateway.desk.conftest import Desk

At = Callable[..., Counter]
SLUG = "individual-extract"
MOST_KEYS = {"clean": 12, "scan": 12, "returned": 12, "refused": 12}
# What an officer presses at a case.
KEYS = {
    "clean": ("a",),
    "scan": ("v", "z", "c", "a"),
    "returned": ("r", "ArrowDown", "Tab", "Enter"),
    "refused": ("f", "2", "Enter", "Enter"),
}
# These choose on the page that is there; all others lead to another one.
STAYS = frozenset({"r", "2", "ArrowDown", "Tab"})
STATUS = {"clean": "with_authority", "scan": "with_authority", "returned": "returned", "refused": "refused"}
DAY = ("clean", "clean", "returned", "clean", "scan", "clean", "refused", "clean", "clean", "returned")


@dataclass
class Officer:
    """Somebody who touches nothing but the keyboard; every key is counted."""

    page: Page
    keys: int = 0
    spent: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    def strike(self, key: str) -> None:
        """Strikes a key and waits for the page that it leads to."""
        self.keys += 1
        if key in STAYS:
            self.page.keyboard.press(key)
            # Longer than the pause after which a key counts as one.
            self.page.wait_for_timeout(150)
            return
        with self.page.expect_navigation(wait_until="load"):
            self.page.keyboard.press(key)
        self.page.wait_for_timeout(100)

    def case(self) -> str:
        """The reference of the case that is open."""
        return self.page.url.split("/desk/cases/")[1][:17]

    def decide(self, kind: str) -> None:
        """Works on the open case until the page of the next one is there."""
        reference, keys, since = self.case(), self.keys, time.monotonic()
        for key in KEYS[kind]:
            self.strike(key)
        assert "done=" in self.page.url, (reference, kind, self.page.url)
        self.spent.setdefault(kind, []).append((self.keys - keys, time.monotonic() - since))


@pytest.mark.parametrize(("language", "days"), [("ar", 4), ("en", 1)])
def test_a_day_of_mixed_cases_by_keyboard_alone(
    counter: At, gateway: Gateway, desk: Desk, language: str, days: int
) -> None:
    kinds = DAY * days
    cases = {(here := counter().until("in_review", SLUG)).reference: here for _ in kinds}
    officer = Officer(desk("officer", language))
    officer.page.goto("desk?status=in_review")
    officer.strike("g")
    decided: dict[str, str] = {}
    for kind in kinds:
        decided[officer.case()] = kind
        officer.decide(kind)
    assert set(decided) == set(cases)
    assert {reference: here.read()["status"] for reference, here in cases.items()} == {
        reference: STATUS[kind] for reference, kind in decided.items()
    }
    for kind, spent in officer.spent.items():
        assert max(keys for keys, _ in spent) <= MOST_KEYS[kind]
    _report(officer, language)


def _report(officer: Officer, language: str) -> None:
    """What the page of the documentation states, where MAHJAR_SCREENSHOTS says where to."""
    lines = [
        f"{language} {kind}: {len(spent)} cases, {spent[0][0]} keys, "
        f"{sum(seconds for _, seconds in spent) / len(spent):.1f} s"
        for kind, spent in officer.spent.items()
    ]
    print("\n".join(lines))
    if folder := os.environ.get("MAHJAR_SCREENSHOTS"):
        Path(folder, f"clerk-day-{language}.txt").write_text("\n".join(lines))


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_key_stands_beside_what_it_does(counter: At, desk: Desk, language: str) -> None:
    here = counter().until("in_review", SLUG)
    page = desk("officer", language)
    for path in ("desk?all=yes", f"desk/cases/{here.reference}", f"desk/cases/{here.reference}/refuse"):
        page.goto(path)
        for place in page.locator("[data-key]").all():
            key = str(place.get_attribute("data-key")).upper()
            shown = page.locator("kbd").all_inner_texts()
            assert key in [text.upper() for text in shown], (path, key)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_reader_of_codes_opens_a_case_and_presses_no_key(counter: At, desk: Desk, language: str) -> None:
    """It types faster than anybody, on a page where each of its letters would be a key."""
    first, sought = counter().until("in_review", SLUG), counter().until("in_review", SLUG)
    page = desk("officer", language)
    page.goto(f"desk/cases/{first.reference}")
    page.keyboard.type(sought.reference)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/cases/{sought.reference}")
    assert first.read()["status"] == sought.read()["status"] == "in_review"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_case_is_light_until_a_scan_is_opened(counter: At, desk: Desk, language: str) -> None:
    here = counter().until("in_review")
    page = desk("officer", language)
    loaded: list[int] = []
    page.on("response", lambda answer: loaded.append(len(answer.body())) if "/desk/papers/" in answer.url else None)
    page.goto(f"desk/cases/{here.reference}", wait_until="networkidle")
    assert sum(loaded) + len(page.content().encode()) < 150_000
    page.keyboard.press("v")
    expect(page.locator("#scan img")).to_be_visible()
    before = page.locator("#scan img").bounding_box()
    page.keyboard.press("z")
    expect(page.locator("#scan img.zoom-150")).to_be_visible()
    after = page.locator("#scan img").bounding_box()
    assert before and after and after["width"] > before["width"] * 1.4
