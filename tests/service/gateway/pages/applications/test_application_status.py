"""One true status: what an applicant reads of money, dates, appointments and places agrees with itself."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from deploy.demo.days import today
from deploy.demo.population import specimens
from shared.i18n import language as language_of
from shared.identity.actor import Actor
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, fill, send

Change = Callable[..., None]
LANGUAGES = ("ar", "en")
MAP = "https://www.openstreetmap.org/search?query="
SAYS = {
    "held": {"ar": "فلا تدفع مرة أخرى", "en": "please do not pay again"},
    "pay": {"ar": "ادفع الآن", "en": "Pay now"},
    "back": {"ar": "ما دفعته يعود إليك", "en": "What you paid comes back"},
    "by": {"ar": "يُتوقع إنجازه في", "en": "Expected by"},
    "late": {"ar": "تأخر إنجازه", "en": "and is late"},
    "place": {"ar": "الحي الدبلوماسي", "en": "Diplomatic Quarter"},
    "price": {"ar": "هذا السعر ثابت", "en": "This price is yours"},
    "turn": {"ar": "موعدك", "en": "Your time"},
}


@pytest.fixture
def sent(gateway: Gateway) -> tuple[Browser, str]:
    """An applicant who has sent an extract and not paid yet, and its reference."""
    browser = gateway.visitor(person=specimens.WOMAN)
    reference = begin(browser, "individual-extract")
    fill(browser, "individual-extract", reference)
    send(browser, reference)
    return browser, reference


@pytest.fixture
def change(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Change]:
    """`change(status="refused")`: the service sends applications with these values."""
    applications = gateway.app.extensions["consular"].applications
    detail = applications.detail

    def give(**values: Any) -> None:
        monkeypatch.setattr(applications, "detail", lambda *asked: {**detail(*asked), **values})

    yield give


def held(reference: str, **more: object) -> dict[str, object]:
    """A payment whose money does not fit."""
    money = {"amount": 37501, "currency": "SAR"}
    return {
        "reference": "RUH-P1", "application": reference, "method": "card", "state": "succeeded", "amount": 37500,
        "currency": "SAR", "receipt": None, "held": "wrong_amount", "received": money, "failure": None, **more,
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_held_money_is_shown_as_held_and_nothing_asks_to_pay(
    sent: tuple[Browser, str], change: Change, language: str
) -> None:
    browser, reference = sent
    page = f"/{language}/applications/{reference}"
    assert SAYS["pay"][language] in browser.get(page).text
    change(payments=[held(reference)])
    say = language_of(language)
    shown = browser.get(page).text
    assert say.text("promise.next.held") in shown and say.text("promise.owner.officers") in shown
    for untrue in ("promise.next.awaiting_payment", "status.awaiting_payment"):
        assert say.text(untrue) not in shown.split("<main")[1].split('class="timeline"')[0], untrue
    for elsewhere in ("counter", "payer-link", "pay/transfer"):
        assert browser.get(f"{page}/{elsewhere}").location == f"{page}/pay", elsewhere
    for address in (page, f"{page}/pay"):
        text = browser.get(address).text
        assert SAYS["held"][language] in text and "375.01" in text and "375.00" in text, address
        assert SAYS["pay"][language] not in text and f"{page}/counter" not in text
    refund = {
        "reference": "RUH-R1", "payment": "RUH-P1", "amount": 37501, "currency": "SAR", "state": "paid",
        "reason": "wrong_amount", "since": "2026-11-01T09:00:00+00:00", "slip": None,
        "paid_at": "2026-11-02T09:00:00+00:00",
    }  # fmt: skip
    change(payments=[held(reference)], refunds=[refund])
    text = browser.get(page).text
    assert SAYS["held"][language] not in text and SAYS["pay"][language] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_while_the_provider_does_not_answer_nothing_asks_to_pay(
    sent: tuple[Browser, str], change: Change, language: str
) -> None:
    browser, reference = sent
    page, say = f"/{language}/applications/{reference}", language_of(language)
    change(payments=[held(reference, state="unknown", held=None, received=None)])
    shown = browser.get(page).text
    assert say.text("promise.next.unknown") in shown and say.text("promise.owner.provider") in shown
    for address in (page, f"{page}/pay"):
        text = browser.get(address).text
        assert say.text("application.unknown.title") in text and f"{page}/paid" in text, address
        assert SAYS["pay"][language] not in text and f"{page}/counter" not in text, address
    for elsewhere in ("counter", "payer-link", "pay/transfer"):
        assert browser.get(f"{page}/{elsewhere}").location == f"{page}/pay", elsewhere
    change(payments=[held(reference, state="failed", held=None, received=None)])
    assert SAYS["pay"][language] in browser.get(page).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_held_money_hides_no_deadline_of_what_came_back(
    sent: tuple[Browser, str], change: Change, language: str
) -> None:
    """Money that came twice is no reason to miss the last day of putting papers right."""
    browser, reference = sent
    last = (today() + timedelta(days=6)).isoformat()
    change(status="returned", payments=[held(reference, held="paid_already")], allowed=["edit"], lapses_on=last)
    text = browser.get(f"/{language}/applications/{reference}").text
    say = language_of(language)
    assert text.count(say.date(date.fromisoformat(last))) == 2
    assert say.text("promise.next.returned") in text and say.text("promise.next.held") not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paid", (True, False))
def test_who_paid_nothing_reads_nothing_of_money_back(
    sent: tuple[Browser, str], change: Change, language: str, paid: bool
) -> None:
    browser, reference = sent
    payments = [held(reference, held=None)] if paid else []
    change(status="refused", payments=payments, allowed=[], stages=[])
    text = browser.get(f"/{language}/applications/{reference}").text
    assert (SAYS["back"][language] in text) == paid


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("status", "days", "says"),
    [("in_review", 3, "by"), ("in_review", -3, "late"), ("with_authority", 0, "by"), ("awaiting_payment", 3, None)],
)
def test_an_expected_day_is_one_only_while_it_lies_ahead(
    sent: tuple[Browser, str], change: Change, language: str, status: str, days: int, says: str | None
) -> None:
    browser, reference = sent
    change(status=status, due_on=(today() + timedelta(days=days)).isoformat())
    text = browser.get(f"/{language}/applications/{reference}").text
    assert [key for key in ("by", "late") if SAYS[key][language] in text] == ([says] if says else [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_place_stands_wherever_one_has_to_come(sent: tuple[Browser, str], language: str) -> None:
    browser, reference = sent
    for page in ("pay", "counter"):
        text = browser.get(f"/{language}/applications/{reference}/{page}").text
        assert SAYS["place"][language] in text and MAP in text and "09:00–13:00" in text, page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("days", "shown"), [(-1, True), (0, False), (1, False)])
def test_one_deadline(
    sent: tuple[Browser, str], change: Change, gateway: Gateway, language: str, days: int, shown: bool
) -> None:
    """The end of the price is named only where it comes before that of the application."""
    browser, reference = sent
    actor = Actor("expatriate", "a", "expatriate", "RUH", specimens.WOMAN.person)
    application = gateway.app.extensions["consular"].applications.detail(actor, reference)
    last = date.fromisoformat(application["lapses_on"])
    change(quote={**application["quote"], "expires_at": f"{last + timedelta(days=days)}T09:00:00+00:00"})
    for page in ("pay", "counter"):
        text = browser.get(f"/{language}/applications/{reference}/{page}").text
        assert (SAYS["price"][language] in text) == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_sent_stays_readable(sent: tuple[Browser, str], language: str) -> None:
    browser, reference = sent
    text = browser.get(f"/{language}/applications/{reference}").text
    assert {"ar": "ما أرسلته", "en": "What you sent"}[language] in text
    answers = text.split("<details>")[1].split("</details>")[0]
    assert answers.count("<dt>") >= 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_appointment_stands_in_the_way_and_in_the_list(
    gateway: Gateway, sent: tuple[Browser, str], change: Change, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    browser, reference = sent
    at = f"{today() + timedelta(days=4)}T07:00:00+00:00"
    turn = {
        "service": "passport", "mission": "RUH", "starts_at": at, "ends_at": at, "window": "1", "state": "booked",
        "held_until": None, "slip": None, "late": False, "begun": False, "free_hours": 24, "arrive_minutes": 15,
        "minutes_left": 0, "displaced": False, "tier": "regular", "persons": 1, "appeal": None, "may_appeal": False,
    }  # fmt: skip
    change(turn=turn)
    text = browser.get(f"/{language}/applications/{reference}").text
    timeline = text.split('class="timeline"')[1].split("</ol>")[0]
    assert SAYS["turn"][language] in timeline
    assert SAYS["place"][language] in text
    applications = gateway.app.extensions["consular"].applications
    actor = Actor("expatriate", "a", "expatriate", "RUH", specimens.WOMAN.person)
    rows = [{**row, "turn_at": at} for row in applications.list_own(actor)]
    monkeypatch.setattr(applications, "list_own", lambda _actor: rows)
    assert {"ar": "موعدك", "en": "Your appointment"}[language] in browser.get(f"/{language}/applications").text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told_of", ["RUH-R1", "RUH-R2"])
def test_a_revoked_document_is_not_offered_any_more(
    sent: tuple[Browser, str], change: Change, language: str, told_of: str
) -> None:
    """Its holder reads it on the application; another document's end changes nothing here."""
    browser, reference = sent
    told = {"id": 1, "kind": "document_revoked", "about": reference, "mission": "RUH", "params": {"document": told_of},
            "at": "2026-11-28T09:00:00+00:00", "read": False}  # fmt: skip
    document = {"code": "RUH-R1", "owner": "civil_registry"}
    change(status="ready", document=document, notices=[told], allowed=[])
    page = browser.get(f"/{language}/applications/{reference}").text
    said = language_of(language)
    offers, is_revoked = f"/{language}/documents/RUH-R1.pdf" in page, told_of == "RUH-R1"
    assert (offers, said.text("application.ready.title") in page) == (not is_revoked, not is_revoked)
    assert (said.text("refusal.document_revoked") in page) == is_revoked
