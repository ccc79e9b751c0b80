"""Every public page in both languages: it opens, it is well formed, it says what it is."""

import pytest

from services.gateway.access import ANONYMOUS, PAGES
from tests.service.gateway_app import Gateway

PUBLIC = ("/", "/services/passport-renewal", "/services/cash-allowance", "/about", "/privacy", "/accessibility")
FORMS = ("/sign-in", "/sign-up", "/track", "/verify")
LANGUAGES = ("ar", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", (*PUBLIC, *FORMS))
def test_public_pages_open_in_both_languages(gateway: Gateway, path: str, language: str) -> None:
    answer = gateway.browser().get(f"/{language}{path}")
    assert answer.status_code == 200
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in answer.text


def test_every_route_is_in_the_table_and_every_entry_has_a_route(gateway: Gateway) -> None:
    assert {rule.endpoint for rule in gateway.app.url_map.iter_rules()} == set(PAGES)
    assert all(allowed for allowed in PAGES.values())
    assert ANONYMOUS not in PAGES["applications.show"]
