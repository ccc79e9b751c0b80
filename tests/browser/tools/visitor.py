"""Somebody at a browser, who notices what a careful reader of every page would notice."""

import os
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import html5lib
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, Route, expect

from shared.i18n import Language, language

LIMIT_MS = 30_000
LIMIT_SECONDS = 60.0
# Pages of somebody who is signed in are not packed; the heaviest have the scripts of uploads.
HEAVIEST = 64_000
WIDE = {"width": 1280, "height": 900}
# What a page weighs when it opens, apart from fonts and people's own scans; what scripts ask for later is not of it.
WEIGHT = """() => performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
  .filter(one => one.initiatorType !== 'fetch' && one.initiatorType !== 'xmlhttprequest')
  .filter(one => !/woff2|desk.papers|thumbnail/.test(one.name)).reduce((sum, one) => sum + one.encodedBodySize, 0)"""


class Visitor:
    """One browser window in one language. `look` after each step: it checks the page, and pictures it if told to."""

    def __init__(
        self, browser: Browser, url: str, code: str, name: str, pictures: Path, scripts: bool = True, **how: Any
    ) -> None:
        self.url = url
        self.say: Language = language(code)
        self.name = name
        self.pictures = pictures
        self.scripts = scripts
        self.faults: list[str] = []
        self.expected: set[int] = set()
        self.looked = 0
        self.context = browser.new_context(
            **{"viewport": WIDE, "locale": code, "java_script_enabled": scripts, "accept_downloads": True, **how}
        )
        self.context.set_default_timeout(LIMIT_MS)
        self.page: Page = self.context.new_page()
        self.document: Response | None = None
        self.page.on("console", self._messages)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._answered)
        self.page.on("requestfailed", self._failed)

    def _messages(self, message: ConsoleMessage) -> None:
        known = re.search(r"status of (\d+)", message.text)
        if message.type in ("error", "warning") and not (known and int(known[1]) in self.expected):
            self.faults.append(f"{self.page.url}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self.document = response
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"{response.status} {response.url}")

    def _failed(self, request: Request) -> None:
        # A download leaves the page where it is; going on aborts what was still under way. Neither is a fault.
        if not request.url.endswith(".pdf") and request.failure != "net::ERR_ABORTED":
            self.faults.append(f"{request.url}: {request.failure}")

    def sign_out(self) -> None:
        """Closes the window."""
        self.context.close()

    def open(self, path: str) -> None:
        """Goes to a page of this language."""
        self.page.goto(f"{self.url}/{self.say.code}{path}")

    def text(self, key: str) -> str:
        """The words of a key, as plain text."""
        return self.say.text(key)

    def click(self, key: str) -> None:
        """Presses the button with these words."""
        self.page.get_by_role("button", name=self.text(key), exact=True).first.click()

    def open_link(self, key: str) -> None:
        """Follows the link with these words."""
        self.page.get_by_role("link", name=self.text(key), exact=True).first.click()

    def sees(self, key: str) -> None:
        """Waits until the words are on the page."""
        expect(self.page.get_by_text(self.text(key)).first).to_be_visible()

    def field(self, name: str) -> Locator:
        """A field by its name."""
        return self.page.locator(f"[name='{name}']")

    def until(self, locator: Locator) -> None:
        """Loads the page again until something that another process does is to be seen on it."""
        give_up = time.monotonic() + LIMIT_SECONDS
        while not locator.is_visible():
            assert time.monotonic() < give_up, f"{self.page.url}: {locator} did not come"
            self.page.reload()

    def look(self, name: str) -> None:
        """Checks the page as it came and as it stands; its picture goes where MAHJAR_SCREENSHOTS says, if anywhere."""
        self.looked += 1
        self.page.wait_for_load_state()
        self._check_source(name)
        if self.page.url.startswith(self.url):
            self._check_frame(name)
        if "MAHJAR_SCREENSHOTS" not in os.environ:
            return
        picture = self.pictures / f"{self.say.code}-{self.name}-{self.looked:02d}-{name}.png"
        self.page.screenshot(path=picture, full_page=True)

    def _check_source(self, name: str) -> None:
        assert self.document is not None
        source = self.document.text()
        parser = html5lib.HTMLParser()
        parser.parse(source)
        self._note(name, [str(fault) for fault in parser.errors])
        self._note(name, re.findall(r"\{\{|\{%|Undefined|None(?=<)", source))

    def _check_frame(self, name: str) -> None:
        page, code = self.page, self.say.code
        page.evaluate("document.fonts.ready")
        root = page.locator("html")
        assert (root.get_attribute("lang"), root.get_attribute("dir")) == (code, self.say.direction)
        assert page.locator("h1").count() == 1, f"{name}: one h1"
        weight = int(page.evaluate(WEIGHT))
        self._note(name, [f"{weight} bytes"] if weight > HEAVIEST else [])
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self._note(name, [f"{wide} px too wide"] if wide > 0 else [])

    def _note(self, name: str, found: Iterable[str]) -> None:
        self.faults.extend(f"{name}: {fault}" for fault in found)

    def download(self, link: Locator) -> bytes:
        """What a link saves. A paper that is still being drawn is asked for again, as its page says."""
        address, give_up = str(link.get_attribute("href")), time.monotonic() + LIMIT_SECONDS
        while True:
            answer = self.context.request.get(self.url + address, timeout=LIMIT_MS)
            if answer.status == 200:
                break
            assert answer.status == 503 and time.monotonic() < give_up, f"{answer.status} {address}"
        with self.page.expect_download() as saving:
            link.click()
        return Path(saving.value.path()).read_bytes()


def hold(who: Visitor, address: str) -> Callable[[], None]:
    """What a page asks for at this address is on its way until the function that is given back is called."""
    on_its_way: list[Route] = []

    def take(route: Route) -> None:
        on_its_way.append(route)

    def release() -> None:
        assert len(on_its_way) == 1
        on_its_way[0].continue_()
        who.page.unroute(address)

    who.page.route(address, take)
    return release
