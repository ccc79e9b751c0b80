"""Texts and dates of a request go through Flask-Babel, and say what they say without a request."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import get_locale

from services.gateway.web.language import chosen, init_language
from shared.fragments import LANGUAGES, LOCALES
from shared.i18n import language

DAYS = (0, 1, 2, 3, 10, 11, 99, 100, 101, 102, 103, 111, Decimal("1.5"), -2)


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask(__name__)
    init_language(app)
    app.add_url_rule("/<any(ar,en):lang>/days", "days", lambda: "|".join(words_on_the_page()))
    return app


def words_on_the_page() -> list[str]:
    words = chosen()
    return [
        *(words.plural("count.days", n) for n in DAYS),
        words.text("layout.name"),
        words.date(date(2026, 11, 29)),
        words.weekday(date(2026, 11, 29)),
    ]


def expected(code: str) -> list[str]:
    words = language(code)
    return [
        *(words.plural("count.days", n) for n in DAYS),
        words.text("layout.name"),
        words.date(date(2026, 11, 29)),
        words.weekday(date(2026, 11, 29)),
    ]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_says_what_a_document_says(app: Flask, code: str) -> None:
    assert app.test_client().get(f"/{code}/days").get_data(as_text=True).split("|") == expected(code)


def test_arabic_dates_bear_the_names_of_the_levant(app: Flask) -> None:
    assert "29 تشرين الثاني 2026" in app.test_client().get("/ar/days").get_data(as_text=True)


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [("en", "en"), ("ar-EG,en;q=0.5", "ar"), ("de,en;q=0.5", "en"), ("de", "ar"), ("", "ar"), ("x" * 5000, "ar")],
)
def test_without_an_address_the_browser_decides(app: Flask, accepted: str, locale: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": accepted}):
        assert get_locale() == LOCALES[locale]
        assert chosen().code == locale


def test_two_languages_at_once_do_not_mix(app: Flask) -> None:
    codes = [LANGUAGES[number % 2] for number in range(60)]
    with ThreadPoolExecutor(8) as pool:
        pages = pool.map(lambda code: app.test_client().get(f"/{code}/days").get_data(as_text=True), codes)
    assert [page.split("|") for page in pages] == [expected(code) for code in codes]
