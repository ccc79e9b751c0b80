"""When a service is down: plain words, the right status, and nothing that was typed is lost."""

import math

import pytest

from deploy.demo.population import specimens
from shared import deadline
from shared.values import references
from tests.factories.gateway import PASSWORD, Gateway
from tests.factories.gateway.forms import begin

DOWN = {"en": "Nothing was done", "ar": "لم نفعل شيئًا"}


def cut(gateway: Gateway, service: str) -> None:
    """Takes a service away, and what the gateway remembers of its answers."""
    gateway.wires[service].is_cut = True
    gateway.app.extensions["consular"].forget()


@pytest.mark.parametrize("language", ("ar", "en"))
@pytest.mark.parametrize("path", ("/applications", "/sign-up", "/apply/passport-renewal"))
def test_pages_that_need_the_service_say_so(gateway: Gateway, path: str, language: str) -> None:
    browser = gateway.browser() if path == "/sign-up" else gateway.visitor(person=specimens.FATHER)
    for service in ("consular", "civil_registry"):
        cut(gateway, service)
    answer = browser.get(f"/{language}{path}")
    assert answer.status_code == 503
    assert DOWN[language] in answer.text


@pytest.mark.parametrize("path", ("/ar/", "/en/services/passport-renewal", "/en/about", "/en/track", "/ar/sign-in"))
def test_pages_that_can_do_without_it_stay_up(gateway: Gateway, path: str) -> None:
    cut(gateway, "consular")
    assert gateway.browser().get(path).status_code == 200


def test_what_was_typed_into_an_application_is_shown_again(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.MOTHER)
    page = f"/en/applications/{begin(browser, 'passport-renewal')}/questions/contact"
    token = browser.token(page)
    wire = gateway.wires["consular"]
    form = {
        "mobile": "+966 50 765 4321",
        "emergency_name": "سامر",
        "emergency_phone": "+963 933 123 456",
        "consular_registration": "registered",
    }
    wire.cut_after("GET")
    answer = browser.post(page, csrf_token=token, **form)
    assert answer.status_code == 503
    assert all(value in answer.text for value in form.values())
    assert "what you typed is still here" in answer.text


def test_what_was_typed_of_an_identity_is_shown_again(gateway: Gateway) -> None:
    browser = gateway.visitor("expatriate", "BER")
    cut(gateway, "civil_registry")
    told = {**specimens.SERVED.identity(), "born-day": "30", "born-month": "1", "born-year": "1990"}
    answer = browser.submit("/en/identity", **told)
    assert answer.status_code == 503
    assert specimens.SERVED.national_number in answer.text and specimens.SERVED.mother_name in answer.text


def test_tracking_keeps_the_reference(gateway: Gateway) -> None:
    browser = gateway.browser()
    cut(gateway, "consular")
    reference = references.new("RUH", 10, "A")
    form = {"reference": reference, "born-day": "1", "born-month": "1", "born-year": "1990"}
    answer = browser.submit("/en/track", **form)
    assert answer.status_code == 503
    assert f'value="{reference}"' in answer.text


def test_ready_names_who_is_missing_and_health_does_not_ask(gateway: Gateway) -> None:
    browser = gateway.browser()
    gateway.let_workers_live()
    assert browser.get("/ready").get_json() == {"status": "ready", "missing": []}
    cut(gateway, "conscription")
    answer = browser.get("/ready")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "waiting", "missing": ["conscription"]})
    assert browser.get("/health").get_json() == {"status": "ok"}


def test_signing_in_needs_no_service(gateway: Gateway) -> None:
    account = gateway.account(person=specimens.FATHER)
    for service in gateway.wires:
        cut(gateway, service)
    answer = gateway.browser().submit("/en/sign-in", identifier=account.email, password=PASSWORD)
    assert answer.status_code == 303


def test_no_deadline_outlives_its_request(gateway: Gateway) -> None:
    assert gateway.browser().get("/ar/").status_code == 200
    assert deadline.remaining() == math.inf
