"""No page shows people what only programs read: codes, ids of accounts, the names of fields, values that are absent."""

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest

from deploy.demo.population import specimens
from services.gateway.web.access.pages import PAGES
from tests.factories.applications import Counter, Person
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.routes import FILLING, value_for

LANGUAGES = ("ar", "en")
# Together they may read every page that has words of its own.
ROLES = ("confirmed", "administrator", "auditor", "head_of_mission")
# What others wrote, and what is shown as it came: quotations, messages, addresses and files in their own script.
AS_WRITTEN = re.compile(r"<(script|style|template|textarea|q|pre)\b.*?</\1>", re.DOTALL)
ISOLATED = re.compile(r"<bdi\b[^>]*>.*?</bdi>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")
EMAIL = re.compile(r"\S+@\S+")
ID = re.compile(r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b")
RAW = {
    "a code": re.compile(r"(?<![\w./@-])[a-z]+_[a-z_]+(?![\w/@])"),
    "a missing value": re.compile(r"\bNone\b|\bUndefined\b"),
    "a place for a value": re.compile(r"[{}]"),
    "a key of the catalogue": re.compile(r"(?<![\w./@-])(?:desk|field|refusal|status|reason|form|notice)\.[a-z_.]+\b"),
}


def raw_words(page: str) -> list[str]:
    """What of a page's words no person can read."""
    shown = AS_WRITTEN.sub(" ", page)
    found = [f"an id: {one}" for one in ID.findall(unescape(TAG.sub(" ", shown)))]
    words = EMAIL.sub(" ", unescape(TAG.sub(" ", ISOLATED.sub(" ", shown))))
    return found + [f"{what}: {one}" for what, pattern in RAW.items() for one in pattern.findall(words)]


@pytest.mark.parametrize(
    ("page", "count"),
    [
        ("<p>Waits for payment</p><script>a_b</script><bdi>file_name.pdf</bdi>", 0),
        ("<p>awaiting_payment</p>", 1),
        ("<td>Cash <bdi>6f1c2a4e-9d3b-4c61-8a27-0b5e7d913f44</bdi></td>", 1),
        ("<p>None</p>", 1),
        ("<p>{reference}</p>", 2),
        ("<p>desk.queue.title</p>", 1),
        ('<a href="/en/a_b">head_of_mission-1@example.org</a>', 0),
    ],
)
def test_what_is_raw_is_known(page: str, count: int) -> None:
    assert len(raw_words(page)) == count


def addresses(gateway: Gateway, role: str, language: str, filed: dict[str, str]) -> Iterator[str]:
    """Of every page that this role may read; where it names a thing, of one that is there and of one that is not."""
    routes = gateway.app.url_map.bind("")
    for rule in gateway.app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and "lang" in rule.arguments and role in PAGES[rule.endpoint]:
            absent = {name: value_for(rule, name) for name in rule.arguments} | {"lang": language}
            present = {name: filed.get(value, value) for name, value in absent.items()}
            yield from {routes.build(rule.endpoint, values) for values in (absent, present)}


@pytest.fixture
def filed(counter: Callable[..., Counter]) -> dict[str, str]:
    """A paid application, by what stands for it in addresses."""
    here = counter(person=Person(specimens.FATHER.person, specimens.FATHER.national_number)).until(
        "in_review", slug="individual-extract"
    )
    return {FILLING["reference"]: here.reference}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_raw_words(gateway: Gateway, filed: dict[str, str], role: str, language: str) -> None:
    browser: Browser = gateway.visitor(person=specimens.FATHER) if role == "confirmed" else gateway.visitor(role)
    found, pages = dict[str, list[str]](), 0
    for address in addresses(gateway, role, language, filed):
        answer = browser.get(address)
        if answer.mimetype == "text/html" and "sign-out" not in address:
            pages += 1
            if raw := raw_words(answer.text):
                found[address] = raw
        gateway.forget_tries()
    assert pages > 20
    assert not found, "\n".join(f"{address}: {raw}" for address, raw in found.items())
