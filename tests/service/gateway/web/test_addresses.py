"""Addresses that nobody meant: hostile values in every place and question of every page that is read."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import cycle, islice
from urllib.parse import quote

import pytest
from werkzeug.routing import Rule
from werkzeug.routing.converters import AnyConverter, IntegerConverter

from deploy.demo.population import specimens
from deploy.dev.checks import sources
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.routes import FILLING, value_for

# As they stand in an address: NUL, half a UTF-8 letter, a lone surrogate, marks of direction, figures of other sets,
# dates and numbers beyond every calendar and column, ways out of a folder, markup, formulas, and far too much.
HOSTILE = (
    *(
        "%00",
        "a%00b",
        "%ff",
        "%ed%a0%80",
        "%e2%80%ae%e2%80%8b",
        "%d9%a3%d9%a7",
        "%EF%BC%8D1",
        "2026-13-45",
        "0000-00-00",
    ),
    *("9999-12-31", "-1", "0", "1e9", "9" * 40, "..%2f..%2fetc", "%3Cscript%3E", "%3D1%2B1", "NaN", "null", "x" * 3000),
)
# How many of them a page meets; the next page meets the next ones.
EACH = 4
ASKED = re.compile(r"""request\.args(?:\.get|\.getlist)?[(\[]["']([a-z_]+)["']""")
WHOLE_NUMBERS = ("0", "1", "9" * 9, "9" * 25)
LEFT_OUT = frozenset({"static", "fonts", "sign_in.sign_out", "hall.stream"})


def asked_names() -> list[str]:
    """Every name that a page reads from its address."""
    gateway = sources.ROOT / "services" / "gateway"
    return sorted({name for path in gateway.rglob("*.py") for name in ASKED.findall(path.read_text())})


def addresses(gateway: Gateway) -> Iterator[str]:
    names, hostile, numbers = asked_names(), cycle(HOSTILE), cycle(WHOLE_NUMBERS)
    for rule in gateway.app.url_map.iter_rules():
        if rule.endpoint in LEFT_OUT or "GET" not in (rule.methods or ()):
            continue
        usual = path_of(rule, {})
        for value in islice(hostile, EACH):
            yield f"{usual}?" + "&".join(f"{name}={value}" for name in names)
            for place in rule.arguments - {"lang"}:
                if not isinstance(rule._converters[place], AnyConverter):
                    is_number = isinstance(rule._converters[place], IntegerConverter)
                    yield path_of(rule, {place: next(numbers) if is_number else value})


def path_of(rule: Rule, given: dict[str, str]) -> str:
    """The rule's address with these values, which are encoded already."""
    parts = []
    for is_place, text in rule._trace:
        usual = quote(value_for(rule, text)) if is_place and text in rule.arguments else ""
        parts.append(given.get(text, usual) if is_place else text)
    return "".join(parts).removeprefix("|")


def somebody(gateway: Gateway, role: str) -> Browser:
    if role == "anonymous":
        return gateway.browser()
    return gateway.visitor(person=specimens.SON) if role == "confirmed" else gateway.visitor(role)


def test_the_names_of_the_pages_are_found() -> None:
    assert {"page", "q", "next", "mission", "on", "day"} <= set(asked_names())
    assert FILLING["mission"] == "RUH"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", ["anonymous", "confirmed", "officer", "head_of_mission"])
def test_no_address_makes_a_page_fail(gateway: Gateway, role: str) -> None:
    browser, wrong, count, statuses = somebody(gateway, role), [], 0, Counter[int]()
    for address in addresses(gateway):
        answer = browser.client.get(address, buffered=True)
        count += 1
        statuses[answer.status_code] += 1
        # A service that is away would be 503; none is.
        if answer.status_code >= 500 and not address.startswith("/ready"):
            wrong.append((answer.status_code, address[:200]))
        if count % 50 == 0:
            gateway.forget_tries()
    assert count > 500
    # Pages are really drawn, and not all of them refused.
    assert statuses[200] > count / 10, statuses
    assert wrong == []
