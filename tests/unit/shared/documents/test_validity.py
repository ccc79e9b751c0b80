"""How long documents are good for: one file says it for every kind, and texts repeat what it says."""

import re
from datetime import date

import pytest

from shared.documents import validity
from shared.documents.model import KINDS
from shared.fragments import LANGUAGES
from shared.i18n import PLACEHOLDER, language

pytestmark = pytest.mark.clock

TODAY = date(2026, 11, 21)
# A length of time that a text states itself. Ages, years of service and deadlines of ten days are no validity.
STATED = re.compile(
    r"(?:good|accepted|valid|used|usable) (?:for|within) (?:three|six|\d+) (?:months|days)|مدتها? ثلاثة"
)


def test_every_kind_has_a_lifetime_or_is_listed_without_one() -> None:
    dated = {row.kind for row in validity.lifetimes()}
    assert dated | validity.ENDLESS | validity.DECIDED_EACH_TIME == set(KINDS)
    assert len(dated) + len(validity.ENDLESS) + len(validity.DECIDED_EACH_TIME) == len(KINDS)


def test_every_row_has_a_length_a_source_and_a_certainty() -> None:
    for row in validity.lifetimes():
        assert (row.months or row.days) and row.source and row.certainty in ("H", "M", "L")


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("individual-extract", date(2026, 11, 21), date(2027, 2, 21)),
        ("individual-extract", date(2026, 11, 30), date(2027, 2, 28)),
        ("individual-extract", date(2027, 11, 30), date(2028, 2, 29)),
        ("criminal-record", date(2026, 11, 30), date(2027, 2, 28)),
        ("visit-approval", date(2026, 11, 20), date(2027, 5, 19)),
        ("visit-approval", date(2019, 1, 1), None),
        ("ministry-letter", TODAY, None),
    ],
)
def test_the_last_day(kind: str, first: date, last: date | None) -> None:
    assert validity.expires_on(kind, first) == last


def test_each_kind_is_good_for_as_long_as_is_written_here() -> None:
    today = {row.kind: (row.months, row.days) for row in validity.lifetimes() if row.valid_from <= TODAY}
    written = {
        "individual-extract": (3, 0),
        "family-extract": (3, 0),
        "birth-statement": (3, 0),
        "death-statement": (3, 0),
        "marriage-statement": (3, 0),
        "divorce-statement": (3, 0),
        "criminal-record": (3, 0),
        "movement-statement": (3, 0),
        "driving-licence-check": (3, 0),
        "visit-approval": (0, 180),
    }
    assert {kind: today.get(kind) for kind in written} == written


def test_a_newer_row_counts_from_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    old = validity.Lifetime("x", 3, 0, date(2020, 1, 1), "old", "H")
    new = validity.Lifetime("x", 0, 2, date(2026, 1, 1), "new", "H")
    monkeypatch.setattr(validity, "lifetimes", lambda: (old, new))
    assert validity.expires_on("x", date(2025, 12, 31)) == date(2026, 3, 31)
    assert validity.expires_on("x", date(2026, 1, 1)) == date(2026, 1, 3)


@pytest.mark.parametrize(
    ("code", "months", "days", "words"),
    [
        ("ar", 1, 0, "شهر واحد"),
        ("ar", 2, 0, "شهران"),
        ("ar", 3, 0, "\u20683\u2069 أشهر"),
        ("ar", 0, 180, "\u2068180\u2069 يومًا"),
        ("en", 1, 0, "\u20681\u2069 month"),
        ("en", 0, 180, "\u2068180\u2069 days"),
    ],
)
def test_words_have_the_plural_of_their_number(code: str, months: int, days: int, words: str) -> None:
    assert validity.in_words(language(code), validity.Lifetime("x", months, days, TODAY, "", "")) == words


def test_a_day_before_the_oldest_row_has_words_too() -> None:
    assert validity.placeholders(language("en"), date(1990, 1, 1)) == validity.placeholders(language("en"), TODAY)


@pytest.mark.parametrize("code", LANGUAGES)
def test_texts_take_a_validity_from_the_rows(code: str) -> None:
    tongue = language(code)
    known = validity.placeholders(tongue, TODAY)
    forms = {(key, form) for key, texts in tongue.texts.items() for form in texts}
    assert {place for _, form in forms for place in PLACEHOLDER.findall(form) if place.startswith("valid_")} <= set(
        known
    )
    assert [key for key, form in forms if STATED.search(form)] == []
    for key in tongue.texts:
        if key.startswith("transaction.") and key.endswith(".next"):
            assert tongue.text(key, **known)
