"""Every public page in both languages: it opens, it is well formed, it says what it is."""

import re

import pytest
from markupsafe import Markup

from deploy.population import specimens
from services.gateway.access import ANONYMOUS, PAGES
from services.gateway.forms import fields
from shared.catalogue import CATALOGUE
from tests.service.gateway_app import Gateway, check_html

PUBLIC = ("/", "/about", "/privacy", "/accessibility", *(f"/services/{slug}" for slug in CATALOGUE))
FORMS = ("/sign-in", "/sign-up", "/track", "/verify")
LANGUAGES = ("ar", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", (*PUBLIC, *FORMS))
def test_public_pages_open_in_both_languages(gateway: Gateway, path: str, language: str) -> None:
    answer = gateway.browser().get(f"/{language}{path}")
    assert answer.status_code == 200
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", CATALOGUE)
def test_whoever_asks_learns_at_once_whether_they_may_apply(gateway: Gateway, slug: str, language: str) -> None:
    answer = gateway.visitor(person=specimens.STUDENT).get(f"/{language}/apply/{slug}")
    assert answer.status_code == 200
    conditions = len(CATALOGUE[slug].eligible)
    assert len(re.findall(r'class="tag (?:done|refused)"', answer.text)) == conditions


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", CATALOGUE)
def test_every_question_of_the_catalogue_can_be_asked(gateway: Gateway, slug: str, language: str) -> None:
    asked = CATALOGUE[slug].questions
    with gateway.app.test_request_context(f"/{language}/"):
        gateway.app.preprocess_request()
        macro = vars(gateway.app.jinja_env.get_template("pages/question.html").module)["questions"]
        page = str(macro(fields(asked, {}, {one.name: Markup("wrong") for one in asked})))
    check_html(f"<!doctype html><html lang=ar><head><title>x</title></head><body>{page}</body></html>")
    assert page.count("wrong</p>") == len(asked)


def test_every_route_is_in_the_table_and_every_entry_has_a_route(gateway: Gateway) -> None:
    assert {rule.endpoint for rule in gateway.app.url_map.iter_rules()} == set(PAGES)
    assert all(allowed for allowed in PAGES.values())
    assert ANONYMOUS not in PAGES["applications.show"]
