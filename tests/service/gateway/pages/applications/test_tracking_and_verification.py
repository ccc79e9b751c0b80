"""What anybody may ask without an account: the stage of an application, a paper's validity; and the provider."""

import html
import json
import re
import time

import pytest
from werkzeug.test import TestResponse

from deploy.demo.population import specimens
from services.consular.payments.providers.signature import sign
from services.gateway.accounts.throttle import Limit
from services.gateway.pages.applications import track
from services.gateway.pages.documents import verify
from shared.direction import CONTROLS
from shared.documents import VERIFIED, verified_facts
from shared.i18n import language as language_of
from shared.values.references import new
from tests.factories.documents.snapshots import document
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, fill, send


def tracked(browser: Browser, reference: str, born: tuple[str, str, str] = ("30", "1", "1990")) -> tuple[int, str]:
    day, month, year = born
    form = {"reference": reference, "born-day": day, "born-month": month, "born-year": year}
    answer = browser.submit("/en/track", **form)
    return answer.status_code, answer.text


def test_reference_and_birth_date_show_the_stage_and_nothing_else(gateway: Gateway) -> None:
    owner = gateway.visitor(person=specimens.SERVED)
    reference = begin(owner, "individual-extract")
    fill(owner, "individual-extract", reference)
    anybody = gateway.browser()
    assert tracked(anybody, reference)[0] == 404
    send(owner, reference)
    status, text = tracked(anybody, reference.lower().replace("-", " "), ("٣٠", "۱", "1990"))
    assert status == 200
    assert "Individual civil registry extract" in text and "Payment" in text
    for hidden in (reference, specimens.SERVED.given_name, specimens.SERVED.national_number, "1990", "SAR"):
        assert hidden not in text
    assert tracked(anybody, reference, ("31", "1", "1990"))[0] == 404
    owner.submit(
        f"/en/applications/{reference}/withdraw", key=owner.hidden(f"/en/applications/{reference}/withdraw", "key")
    )


@pytest.mark.parametrize("language", ["ar", "en"])
def test_nobody_is_told_to_pay_while_money_is_held(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    applications, say = gateway.app.extensions["consular"].applications, language_of(language)
    stages = [{"code": "awaiting_payment", "state": "current"}, {"code": "in_review", "state": "ahead"}]
    shown = {"transaction": "individual-extract", "status": "awaiting_payment", "stages": stages}
    form = {"reference": new("RUH", 10), "born-day": "30", "born-month": "1", "born-year": "1990"}
    for waits in ("held", "unknown", None):
        monkeypatch.setattr(applications, "track", lambda *_asked, now=waits: {**shown, "money_waits": now})
        text = gateway.browser().submit(f"/{language}/track", **form).text.split("<main")[1]
        for why in ("held", "unknown"):
            said = say.text(f"application.awaiting_payment.title_{why}"), say.text(f"application.{why}.title")
            assert [one in text for one in said] == [waits == why] * 2, why
        assert (say.text("status.awaiting_payment") in text.split('class="timeline"')[0]) is (waits is None)


def test_a_wrong_date_and_an_unknown_reference_get_the_same_answer(gateway: Gateway) -> None:
    unknown = tracked(gateway.browser(), new("RUH", 10))
    assert unknown[0] == 404 and "Please check both" in unknown[1]


@pytest.mark.parametrize("reference", ("", "RUH", "RUH-22222-22222-X", "<script>", "x" * 500, "‮RUH"))
def test_a_mistyped_reference_is_told_from_an_unknown_one(gateway: Gateway, reference: str) -> None:
    status, text = tracked(gateway.browser(), reference)
    assert status == 422
    assert "<script>" not in text


def test_a_company_with_many_networks_guesses_no_longer_at_one_reference(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has a /48 of IPv6 has 256 homes: for one reference they count together, at ten times the limit."""
    monkeypatch.setattr(track, "TRACK_BY_REFERENCE", Limit("track_reference", 1, 600))
    reference, codes = new("RUH", 10), []
    for home in range(12):
        browser = gateway.browser()
        browser.client.environ_base["REMOTE_ADDR"] = f"2001:db8:77:{home:x}00::1"
        codes.append(tracked(browser, reference)[0])
    assert codes == [404] * 10 + [429] * 2
    elsewhere = gateway.browser()
    elsewhere.client.environ_base["REMOTE_ADDR"] = "2001:db8:78::1"
    assert tracked(elsewhere, reference)[0] == 404


def test_ten_looks_a_minute(gateway: Gateway) -> None:
    browser = gateway.browser()
    assert [tracked(browser, new("RUH", 10))[0] for _ in range(11)] == [404] * 10 + [429]


def test_an_unknown_paper_is_said_to_be_unknown_whoever_would_have_issued_it(gateway: Gateway) -> None:
    for mark in "CRMX":
        code = new("RUH", 18, mark)
        answer = gateway.browser().get(f"/en/verify/{code}")
        assert answer.status_code == 200
        assert "We do not know this document" in answer.text
        assert answer.headers["X-Robots-Tag"] == "noindex" and 'content="noindex"' in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_form_leads_to_the_paper_and_tells_a_slip(gateway: Gateway) -> None:
    browser, code = gateway.browser(), new("RUH", 18, "R")
    answer = browser.submit("/ar/verify", code=code.lower().replace("-", " "))
    assert (answer.status_code, answer.location) == (303, f"/ar/verify/{code}")
    wrong = browser.submit("/en/verify", code=code[:-1] + ("2" if code[-1] != "2" else "3"))
    assert wrong.status_code == 422 and "sign by sign" in wrong.text


@pytest.mark.parametrize("typed", ("RUH-IE-2026-000001", "ruh rc ٢٠٢٦ ٧", "No. RUH-CS-2026-0001"))
def test_the_number_of_a_paper_is_told_from_its_code(gateway: Gateway, typed: str) -> None:
    answer = gateway.browser().submit("/en/verify", code=typed)
    assert answer.status_code == 422
    assert "This is the number of the document" in answer.text and "sign by sign" not in answer.text
    assert "هذا رقم الوثيقة" in gateway.browser().submit("/ar/verify", code=typed).text
    status, text = tracked(gateway.browser(), typed)
    assert status == 422 and "the number or code of a document" in text


def test_a_reference_and_a_code_are_told_from_each_other(gateway: Gateway) -> None:
    answer = gateway.browser().submit("/en/verify", code=new("RUH", 10))
    assert answer.status_code == 422 and "This is the reference of the application" in answer.text
    status, text = tracked(gateway.browser(), new("RUH", 18, "R"))
    assert status == 422 and "the number or code of a document" in text


@pytest.mark.parametrize("typed", ("", "   "))
def test_an_empty_code_is_asked_for_beside_its_field(gateway: Gateway, typed: str) -> None:
    answer = gateway.browser().submit("/en/verify", code=typed)
    assert answer.status_code == 422
    assert answer.text.count("Please fill in “") >= 2 and "sign by sign" not in answer.text


def test_the_printed_address_finds_the_reader_s_language(gateway: Gateway) -> None:
    code = new("RUH", 18, "M")
    answer = gateway.browser().get(f"/verify/{code}", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.location) == (302, f"/en/verify/{code}")


def test_a_register_that_is_down_is_not_an_unknown_paper(gateway: Gateway) -> None:
    gateway.wires["civil_registry"].is_cut = True
    answer = gateway.browser().get(f"/en/verify/{new('RUH', 18, 'R')}")
    assert answer.status_code == 503
    assert "We do not know this document" not in answer.text


def test_thirty_checks_a_minute(gateway: Gateway) -> None:
    browser = gateway.browser()
    codes = [browser.get(f"/en/verify/{new('RUH', 18, 'R')}").status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]


def test_the_provider_s_bytes_pass_untouched_with_their_signature(gateway: Gateway) -> None:
    body = json.dumps({"id": "evt_1", "type": "page.unheard_of", "page": {"reference": ""}}).encode()
    headers = {
        "Stripe-Signature": sign("specimen-secret", int(time.time()), body),
        "Content-Type": "application/json",
    }
    client = gateway.browser().client
    good = client.post("/provider/webhook", data=body, headers=headers)
    assert good.status_code == 200, good.text
    assert "Set-Cookie" not in good.headers
    forged = client.post("/provider/webhook", data=body + b" ", headers=headers)
    assert (forged.status_code, forged.get_json()["code"]) == (403, "signature_wrong")
    assert forged.mimetype == "application/problem+json"


def test_the_price_of_another_mission_is_one_choice_away(gateway: Gateway) -> None:
    browser = gateway.browser()
    riyadh = browser.get("/en/services/passport-renewal").text
    berlin = browser.get("/en/services/passport-renewal?mission=BER").text
    assert re.search(r"750\.00</bdi>|750\.00 Saudi", riyadh)
    assert "euro" in berlin and "Saudi riyal" not in berlin
    assert "Saudi" in browser.get("/en/services/passport-renewal?mission=<b>").text


# Served by specimen SERVED: 30 January 1990 is 4 Rajab 1410.
@pytest.mark.parametrize("born", [("4", "7", "1410"), ("٤", "٧", "١٤١٠"), ("۴", "۷", "۱۴۱۰")])
def test_a_birth_date_may_be_given_in_the_hijri_calendar(gateway: Gateway, born: tuple[str, str, str]) -> None:
    owner = gateway.visitor(person=specimens.SERVED)
    reference = begin(owner, "individual-extract")
    fill(owner, "individual-extract", reference)
    send(owner, reference)
    gateway.forget_tries()
    assert hijri(gateway.browser(), reference, born).status_code == 200
    assert hijri(gateway.browser(), reference, ("3", "7", "1410")).status_code == 404
    owner.submit(
        f"/en/applications/{reference}/withdraw", key=owner.hidden(f"/en/applications/{reference}/withdraw", "key")
    )


def hijri(browser: Browser, reference: str, born: tuple[str, str, str], calendar: str = "hijri") -> TestResponse:
    day, month, year = born
    typed = {"born-day": day, "born-month": month, "born-year": year, "born-calendar": calendar}
    return browser.submit("/en/track", reference=reference, **typed)


@pytest.mark.parametrize(
    ("born", "calendar", "said"),
    [
        (("30", "2", "1447"), "hijri", "had 29 days"),
        (("31", "1", "1447"), "hijri", "does not have this day"),
        (("1", "13", "1447"), "hijri", "number from 1 to 12"),
        (("1", "1", "1342"), "hijri", "from 1343 to 1500"),
        (("1", "1", "1990"), "hijri", "looks like a Gregorian year"),
        (("1", "1", "1410"), "gregorian", "looks like a Hijri year"),
        (("30", "2", "1990"), "gregorian", "does not have this day"),
        (("1", "1", "1410"), "mayan", "day, month and year in figures"),
        (("1", "", "1410"), "hijri", "day, month and year in figures"),
    ],
)
def test_an_impossible_date_says_what_is_impossible_and_keeps_what_was_typed(
    gateway: Gateway, born: tuple[str, str, str], calendar: str, said: str
) -> None:
    gateway.forget_tries()
    answer = hijri(gateway.browser(), new("RUH", 10), born, calendar)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'name="born-year" value="{born[2]}"' in answer.text
    if calendar == "hijri":
        assert re.search(r'value="hijri" checked', answer.text)


@pytest.mark.parametrize(
    ("lang", "kind", "shown"),
    [
        (
            "en",
            "movement-statement",
            {"Days inside Syria in 2018": "182 days", "Days inside Syria in 2019": "153 days"},
        ),
        ("ar", "movement-statement", {"أيام الوجود في سوريا عام 2018": "182 يومًا"}),
        ("en", "family-extract", {"People listed": "7"}),
        ("en", "criminal-record", {"Convictions listed": "1", "Date of birth": "15 January 1990"}),
        ("en", "driving-licence-check", {"Licence category": "B", "Licence expires on": "31 May 2031"}),
        ("ar", "turn-slip", {"ساعة الموعد": "09:30"}),
        ("ar", "death-statement", {"الوضع العائلي": "متزوجة"}),
    ],
)
def test_a_paper_is_compared_fact_by_fact(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, lang: str, kind: str, shown: dict[str, str]
) -> None:
    paper = document(kind)
    answer = {"status": "valid", **dict.fromkeys(VERIFIED), "kind": kind, "number": paper.number, "specimen": True}
    answer |= {"issued_on": "2026-11-21", "facts": verified_facts.facts(paper)}
    monkeypatch.setattr(verify, "_ask_issuer", lambda _reference: answer)
    page = html.unescape(CONTROLS.sub("", gateway.browser().get(f"/{lang}/verify/{paper.code}").text))
    said = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    for label, value in shown.items():
        assert f"{label} {value}" in said, label
