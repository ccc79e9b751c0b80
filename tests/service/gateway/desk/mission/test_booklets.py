"""Blank booklets at the desk: a delivery by its first and last number, a spoiled one, what is typed wrongly."""

import re
import uuid
from collections.abc import Callable

import pytest

from services.gateway.desk.mission.booklets.booklets import NotASeries, numbers_between
from shared import forms
from shared.i18n import language as language_of
from tests.factories.applications import Counter
from tests.factories.gateway import Browser, Gateway

At = Callable[..., Counter]
LANGUAGES = ("ar", "en")


def series() -> int:
    """The number before a delivery that no other test has."""
    return uuid.uuid4().int % 10**7 * 100


def in_stock(browser: Browser, page: str) -> int:
    """As the table shows it."""
    found = re.search(r"<tbody>.*?<td[^>]*>(?:<[^>]+>)*([0-9,]+)", browser.get(page).text, re.DOTALL)
    assert found
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_delivery_goes_into_stock_and_one_is_written_off(gateway: Gateway, language: str) -> None:
    desk, page, start = gateway.visitor("officer"), f"/{language}/desk/booklets", series()
    before = in_stock(desk, page)
    first, last = f"N{start:09}", f"n {start + 9:09}".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    done = desk.submit(page, page=page, first=first, last=last)
    assert done.status_code == 303 and "count=10" in done.location
    assert in_stock(desk, page) == before + 10
    again = desk.submit(page, page=page, first=first)
    assert "count=0" in again.location
    spoiled = desk.submit(f"{page}/spoiled", page=page, serial=first, reason="damaged")
    assert spoiled.status_code == 303
    assert language_of(language).text("desk.booklets.spoiled") in desk.get(spoiled.location).text
    assert in_stock(desk, page) == before + 9
    twice = desk.submit(f"{page}/spoiled", page=page, serial=first, reason="damaged")
    assert twice.status_code == 409 and 'id="serial-error"' in twice.text
    unknown = desk.submit(f"{page}/spoiled", page=page, serial="N000000000", reason="damaged")
    assert unknown.status_code == 404 and 'id="serial-error"' in unknown.text


def test_whoever_waits_for_a_booklet_gets_it_from_the_delivery(gateway: Gateway, counter: At) -> None:
    slug = "passport-first-urgent"
    here = counter(mission="BAH").until("with_authority", slug)
    here.decide("granted", ask=forms.transaction(slug).asks[0].ask, document="RUH-R23")
    assert here.read()["status"] == "with_authority"
    desk, start = gateway.visitor("officer", mission="BAH"), series()
    done = desk.submit("/en/desk/booklets", page="/en/desk/booklets", first=f"N{start:09}")
    assert "served=1" in done.location and "One of them went to" in desk.get(done.location).text
    assert here.read()["status"] == "ready"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_stands_beside_its_field(gateway: Gateway, language: str) -> None:
    desk, page = gateway.visitor("officer"), f"/{language}/desk/booklets"
    nothing = desk.submit(page, page=page)
    assert nothing.status_code == 422 and 'id="first-error"' in nothing.text
    backwards = desk.submit(page, page=page, first="N000000020", last="N000000010")
    assert backwards.status_code == 422 and 'id="last-error"' in backwards.text and "N000000010" in backwards.text
    unsaid = desk.submit(f"{page}/spoiled", page=page, serial="free text")
    assert unsaid.status_code == 422 and 'id="serial-error"' in unsaid.text and 'id="reason-error"' in unsaid.text
    clerk = gateway.visitor("clerk")
    assert clerk.get(page).status_code == 200 and 'name="first"' not in clerk.get(page).text


@pytest.mark.parametrize(
    ("first", "last", "field", "key"),
    [
        ("", "", "first", "refusal.serial_malformed"),
        ("N12345", "", "first", "refusal.serial_malformed"),
        ("N123456789", "x", "last", "refusal.serial_malformed"),
        ("N123456789", "M123456790", "last", "desk.booklets.no_series"),
        ("N123456789", "123456790", "last", "desk.booklets.no_series"),
        ("N12345678", "N123456789", "last", "desk.booklets.no_series"),
        ("N000000002", "N000000001", "last", "desk.booklets.no_series"),
        ("N000000001", "N000002001", "last", "desk.booklets.too_many"),
    ],
)
def test_numbers_that_are_no_series(first: str, last: str, field: str, key: str) -> None:
    with pytest.raises(NotASeries) as wrong:
        numbers_between(first, last)
    assert (wrong.value.field, wrong.value.key) == (field, key)


def test_leading_zeros_stay() -> None:
    assert numbers_between("N000000009", "N000000011") == ["N000000009", "N000000010", "N000000011"]
    assert len(numbers_between("N000000001", "N000002000")) == 2000
