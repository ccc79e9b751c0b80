"""What an expatriate does from the first visit to the downloaded paper, through the real pages and services."""

import pytest

from deploy.demo.population import specimens
from shared.identity.actor import Actor
from shared.values.references import new
from tests.factories.gateway import Gateway
from tests.factories.gateway.forms import begin, fill, send
from tests.factories.uploads import PDF

SLUGS = ("individual-extract", "passport-renewal", "cash-allowance")


@pytest.mark.parametrize("language", ("ar", "en"))
@pytest.mark.parametrize("slug", SLUGS[:2])
def test_apply_from_eligibility_to_the_counter(gateway: Gateway, slug: str, language: str) -> None:
    person = specimens.WOMAN if language == "ar" else specimens.SERVED
    browser = gateway.visitor(person=person)
    assert "eligib" not in browser.get(f"/{language}/applications").text
    reference = begin(browser, slug, language)
    fill(browser, slug, reference, language)
    assert send(browser, reference, language).endswith(f"/applications/{reference}/pay")
    pay = browser.get(f"/{language}/applications/{reference}/pay")
    assert pay.status_code == 200
    counter = browser.get(f"/{language}/applications/{reference}/counter")
    assert reference in counter.text
    shown = browser.get(f"/{language}/applications/{reference}")
    assert shown.status_code == 200
    assert reference in browser.get(f"/{language}/applications").text
    withdrawal = f"/{language}/applications/{reference}/withdraw"
    browser.submit(withdrawal, key=browser.hidden(withdrawal, "key"))
    assert "withdraw" not in browser.get(f"/en/applications/{reference}").text.split("actions")[1].split("footer")[0]


def test_a_draft_shows_what_is_still_missing(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.MOTHER)
    reference = begin(browser, "passport-renewal")
    page = browser.get(f"/en/applications/{reference}/review")
    assert page.status_code == 200
    assert "Send the application" not in page.text
    assert "Add “" in page.text


def test_what_one_has_stays_within_reach_after_moving(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.STUDENT)
    reference = begin(browser, "individual-extract")
    browser.submit("/en/account/mission", page="/en/account", mission="BER")
    assert "Berlin" in browser.get("/en/account").text
    assert browser.get(f"/en/applications/{reference}").status_code == 200
    assert reference in browser.get("/en/applications").text
    asked: list[str | None] = []

    def document(actor: Actor, _code: str, _leave: str | None = None) -> bytes:
        asked.append(actor.mission)
        return PDF

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway.app.extensions["civil_registry"].documents, "document", document)
        answer = browser.get(f"/en/documents/{new('RUH', 18, 'R')}.pdf")
    assert asked == ["RUH"]
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=mahjar-RUH-R")
    assert browser.get("/en/documents/RUH-X2222-2.pdf").status_code == 404
    assert browser.submit("/en/account/mission", page="/en/account", mission="XXX").status_code == 422
    browser.submit("/en/account/mission", page="/en/account", mission="RUH")


def test_an_assessed_amount_shows_its_working_with_the_law_of_each_step(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.BORN_ABROAD)
    reference = begin(browser, "individual-extract")
    told = {
        "amount": 700_000,
        "currency": "USD",
        "tier": "four_years",
        "working": [
            {
                "code": "stay",
                "params": {"from": "2019-09-01", "until": "2026-11-01", "days": 2618},
                "law": "LD 31/2020",
            },
            {"code": "tier_highest", "params": {"years": 7}, "law": "LD 31/2020"},
        ],
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway.app.extensions["conscription"], "assessment", lambda *_: told)
        pages = {code: browser.get(f"/{code}/applications/{reference}/working") for code in ("ar", "en")}
    assert all(page.status_code == 200 for page in pages.values())
    assert "Legislative Decree 31/2020" in pages["en"].text and "7,000.00" in pages["en"].text
    assert "المرسوم التشريعي" in pages["ar"].text and "أيلول 2019" in pages["ar"].text


def test_a_refusal_shows_its_working_and_its_reason(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.BORN_ABROAD)
    reference = begin(browser, "individual-extract")
    steps = [
        {"code": "year_over", "params": {"year": 2026, "days": 91, "limit": 90}, "law": "LD 30/2007"},
        {
            "code": "extension_missing",
            "params": {"year": 2026, "days": 60, "amount": {"amount": 20_000, "currency": "USD"}},
            "law": "Beirut embassy notices",
        },
    ]
    told = {"amount": None, "currency": None, "tier": None, "reason": "too_long_in_syria", "working": steps}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway.app.extensions["conscription"], "assessment", lambda *_: told)
        pages = {code: browser.get(f"/{code}/applications/{reference}/working") for code in ("ar", "en")}
    assert all(page.status_code == 200 for page in pages.values())
    for words in ("How it was decided", "91 days", "200.00", "Notices of the embassy", "more days in a year"):
        assert words in pages["en"].text, words
    assert "كيف تقرر ذلك" in pages["ar"].text and "91 يومًا" in pages["ar"].text


def test_pressing_send_twice_sends_once_and_leads_to_the_same_page(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.FORMER_HUSBAND)
    reference = begin(browser, "individual-extract")
    fill(browser, "individual-extract", reference)
    review = f"/en/applications/{reference}/review"
    form = {"key": browser.hidden(review, "key"), "csrf_token": browser.token(review)}
    first, second = browser.post(review, **form), browser.post(review, **form)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert first.location == f"/en/applications/{reference}/pay"
    third = browser.post(review, **{**form, "key": "another"})
    assert third.status_code == 409
    assert "moved on" in third.text


def test_beginning_twice_opens_one_draft(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.PAST_AGE)
    page = "/en/apply/passport-renewal"
    form = {"key": browser.hidden(page, "key"), "csrf_token": browser.token(page)}
    first, second = browser.post(page, **form), browser.post(page, **form)
    assert first.location == second.location
    other = browser.submit(page, key=browser.hidden(page, "key"))
    assert first.location.startswith(other.location)
