"""Every public page in both languages: it opens, it is well formed, it says what it is."""

import re
from datetime import date

import pytest
from markupsafe import Markup

from deploy.demo.population import specimens
from services.gateway.desk.wording import refusal_text
from services.gateway.pages.services import home
from services.gateway.web.access.pages import PAGES
from services.gateway.web.access.roles import ANONYMOUS
from services.gateway.web.content.offers import offers_by_slug
from services.gateway.web.forms import answer_in_words, fields, typed
from shared.catalogue import CATALOGUE
from shared.errors import Conflict
from shared.forms import check_draft
from shared.i18n import language as language_of
from tests.factories.gateway import Gateway, check_html

PUBLIC = ("/", "/about", "/privacy", "/accessibility", *(f"/services/{slug}" for slug in CATALOGUE))
FORMS = ("/sign-in", "/sign-up", "/track", "/verify")
LANGUAGES = ("ar", "en")
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", (*PUBLIC, *FORMS))
def test_public_pages_open_in_both_languages(gateway: Gateway, path: str, language: str) -> None:
    answer = gateway.browser().get(f"/{language}{path}")
    assert answer.status_code == 200
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in answer.text


ENDED = {slug for slug, entry in CATALOGUE.items() if "conscription" in entry.authorities}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ("offer.historical", "offer.historical.active"))
def test_what_has_ended_says_so_among_what_is_found_too(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, language: str, key: str
) -> None:
    """Also where a mission has switched it on again, as in the demo."""
    if key.endswith(".active"):
        monkeypatch.setattr(
            home,
            "offers_by_slug",
            lambda code: {slug: {**o, "status": "active"} for slug, o in offers_by_slug(code).items()},
        )
    sought = "خدمة تأجيل بدل زيارة جواز" if language == "ar" else "allowance deferral visit renewal passport"
    page = gateway.browser().get(f"/{language}/", query_string={"q": sought, "mission": "RUH"}).text
    found = page[page.index("found-services") :].partition("</ul>")[0].split("<li>")[1:]
    items = {re.findall(r"/services/([a-z-]+)", item)[0]: item for item in found}
    assert items.keys() >= ENDED | {"passport-renewal"}
    words = language_of(language).text(key)
    assert {slug for slug, item in items.items() if words in item} == ENDED


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", CATALOGUE)
def test_whoever_asks_learns_at_once_whether_they_may_apply(gateway: Gateway, slug: str, language: str) -> None:
    answer = gateway.visitor(person=specimens.STUDENT).get(f"/{language}/apply/{slug}")
    assert answer.status_code == 200
    conditions = sum(not condition.expected for condition in CATALOGUE[slug].eligible)
    assert len(re.findall(r'class="tag (?:done|refused)"', answer.text)) == conditions


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", CATALOGUE)
def test_every_question_of_the_catalogue_can_be_asked(gateway: Gateway, slug: str, language: str) -> None:
    asked = CATALOGUE[slug].questions
    with gateway.app.test_request_context(f"/{language}/"):
        gateway.app.preprocess_request()
        macro = vars(gateway.app.jinja_env.get_template("macros/question.html").module)["questions"]
        page = str(macro(fields(asked, {}, {one.name: Markup("wrong") for one in asked})))
    check_html(f"<!doctype html><html lang=ar><head><title>x</title></head><body>{page}</body></html>")
    assert page.count("wrong</p>") == len(asked)


@pytest.mark.parametrize(("language", "words"), [("ar", "محرّم"), ("en", "Muharram")])
def test_a_hijri_date_comes_back_as_it_was_typed(gateway: Gateway, language: str, words: str) -> None:
    since = next(one for one in CATALOGUE["cash-allowance"].questions if one.name == "residence_since")
    sent = {"residence_since-day": "١", "residence_since-month": "1", "residence_since-year": "1440"}
    with gateway.app.test_request_context(f"/{language}/"):
        gateway.app.preprocess_request()
        kept = check_draft("cash-allowance", typed([since], sent | {"residence_since-calendar": "hijri"}), TODAY)
        (field,) = fields([since], kept)
        shown = str(answer_in_words(since, kept))
    assert kept["residence_since"] == "2018-09-11"
    assert field.calendars and field.value == {"day": "1", "month": "1", "year": "1440", "calendar": "hijri"}
    assert words in shown and "1440" in shown and "2018" in shown


def test_a_date_that_a_booklet_prints_is_asked_in_its_own_calendar(gateway: Gateway) -> None:
    issued = next(one for one in CATALOGUE["passport-renewal"].questions if one.name == "passport_issued_on")
    with gateway.app.test_request_context("/en/"):
        gateway.app.preprocess_request()
        assert not fields([issued], {})[0].calendars


def test_every_route_is_in_the_table_and_every_entry_has_a_route(gateway: Gateway) -> None:
    assert {rule.endpoint for rule in gateway.app.url_map.iter_rules()} == set(PAGES)
    assert all(allowed for allowed in PAGES.values())
    assert ANONYMOUS not in PAGES["applications.show"]


@pytest.mark.parametrize(("language", "words"), [("ar", "لا تقبض نقدًا"), ("en", "Take no cash")])
def test_a_cashier_is_told_of_a_card_payment_under_way(gateway: Gateway, language: str, words: str) -> None:
    with gateway.app.test_request_context(f"/{language}/"):
        gateway.app.preprocess_request()
        assert words in refusal_text(Conflict("payment_open"))
