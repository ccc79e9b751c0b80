"""A browser without a window: opens pages, follows links and fills in forms with their hidden fields."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import requests
import tinyhtml5

SECONDS = 30
# A page that says "try again in some minutes" is tried again, as its reader would.
BUSY, PAUSE_SECONDS, PATIENCE_SECONDS = 503, 2.0, 60.0
HTML = "{http://www.w3.org/1999/xhtml}"


class UnexpectedPage(Exception):
    """A page is not what the scenario expects; its first error or heading says what it is instead."""

    def __init__(self, description: str, status: int = 200) -> None:
        super().__init__(description)
        self.status = status


@dataclass(frozen=True)
class Form:
    """One form of a page, with the values it came with."""

    action: str
    method: str
    values: dict[str, str]


class Page:
    """A page of the gateway, parsed."""

    def __init__(self, answer: requests.Response) -> None:
        self.url, self.status, self.content = answer.url, answer.status_code, answer.content
        kind = answer.headers.get("Content-Type", "")
        self.root = tinyhtml5.parse(answer.text) if kind.startswith("text/html") else Element("none")

    def of(self, tag: str) -> list[Element]:
        """Elements of this tag, in order."""
        return list(self.root.iter(HTML + tag))

    def message(self) -> str:
        """What went wrong in the page's own words, or its heading."""
        errors = [one for one in self.of("section") if "wrong" in (one.get("class") or "")]
        first = next(iter([*errors, *self.of("h1")]), None)
        return " ".join("".join(first.itertext()).split()) if first is not None else ""

    def form(self, ending: str) -> Form:
        """The form whose action ends so (before its query). Raises UnexpectedPage."""
        for form in self.of("form"):
            action = urljoin(self.url, form.get("action") or self.url)
            if urlsplit(action).path.endswith(ending):
                return Form(action, form.get("method", "get").lower(), _values(form))
        raise UnexpectedPage(f"no form {ending} at {urlsplit(self.url).path}: {self.message()}")

    def value(self, place: int) -> str:
        """The answer at a place of the page's list of answers."""
        return "".join(self.of("dd")[place].itertext()).strip()

    def codes(self) -> list[str]:
        """What people retype, in order."""
        return ["".join(one.itertext()).strip() for one in self.of("bdi") if one.get("class") == "code"]

    def links(self, ending: str, region: str = "body") -> list[str]:
        """Addresses of links that end so, in this region of the page (main is what differs from page to page)."""
        links = [one for part in self.of(region) for one in part.iter(HTML + "a")]
        addresses = [urljoin(self.url, one.get("href") or "") for one in links]
        return [address for address in addresses if urlsplit(address).path.endswith(ending)]


def _values(form: Element) -> dict[str, str]:
    values = {
        one.get("name", ""): one.get("value", "") for one in form.iter(HTML + "input") if one.get("type") == "hidden"
    }
    for select in form.iter(HTML + "select"):
        chosen = [one.get("value", "") for one in select.iter(HTML + "option") if one.get("selected") is not None]
        values[select.get("name", "")] = next(iter(chosen), "")
    return values


class Browser:
    """One person's cookies and way through the pages, in one language."""

    def __init__(self, address: str, language: str) -> None:
        self.base = f"{address}/{language}"
        self.session = requests.Session()
        self.session.trust_env = False

    def open(self, path: str) -> Page:
        """A page by its path in this language, or by its whole address."""
        address = path if "://" in path else self.base + path
        return self._read(lambda: self.session.get(address, timeout=SECONDS))

    def send(self, form: Form, values: Mapping[str, str], files: Mapping[str, Any] | None = None) -> Page:
        """Fills in a form and sends it. Raises UnexpectedPage when the answer is a refusal."""
        filled = {**form.values, **values}
        if form.method == "get":
            return self._read(lambda: self.session.get(form.action, params=filled, timeout=SECONDS))
        return self._read(lambda: self.session.post(form.action, data=filled, files=files, timeout=SECONDS))

    def _read(self, ask: Callable[[], requests.Response]) -> Page:
        answer, give_up = ask(), time.monotonic() + PATIENCE_SECONDS
        while answer.status_code == BUSY and time.monotonic() < give_up:
            time.sleep(PAUSE_SECONDS)
            answer = ask()
        page = Page(answer)
        if answer.status_code >= 400:
            raise UnexpectedPage(
                f"{answer.status_code} at {urlsplit(answer.url).path}: {page.message()}", answer.status_code
            )
        return page
