"""Rates at the desk: seen with their age, declared by one, signed by another; and prices that say what coins pay."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import text

from services.consular import missions
from shared.catalogue import CATALOGUE
from shared.database.db import Database
from tests.conftest import officer
from tests.factories.applications import Counter
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import EMPTY_TILL
from tests.factories.payments.rates import add_rate

At = Callable[..., Counter]


def plain(page: str) -> str:
    return re.sub("</?bdi[^>]*>", "", page)


def bulletin(day: date, value: str, reason: str = "") -> dict[str, str]:
    parts = dict(zip(("rate_on-year", "rate_on-month", "rate_on-day"), day.isoformat().split("-"), strict=True))
    typed = {"rate_base": "USD", "rate_value": value, "rate_days": "5", "rate_published": "Specimen bulletin 7"}
    return {**typed, **parts, "band_reason": reason}


@pytest.fixture
def today(database: Callable[[str], Database]) -> date:
    with database("consular").scope("KWI") as session:
        return missions.today(session, "KWI")


def ask(desk: Browser, form: dict[str, str]) -> str:
    page = "/en/desk/proposals/new/rate"
    return plain(desk.post(page, csrf_token=desk.token(page), **form).text)


@pytest.mark.parametrize(("tongue", "title"), [("en", "Exchange rates"), ("ar", "أسعار الصرف")])
def test_the_desk_sees_its_rates_in_both_languages(gateway: Gateway, tongue: str, title: str) -> None:
    page = gateway.visitor("cashier").get(f"/{tongue}/desk/rates")
    assert (page.status_code, title in page.text) == (200, True)
    assert "1 USD = 3.75 SAR" in page.text
    assert "desk/proposals/new/rate" not in page.text
    assert "desk/proposals/new/rate" in gateway.visitor("head_of_mission").get(f"/{tongue}/desk/rates").text


def test_a_rate_is_declared_with_its_alarm_and_signed_by_another(gateway: Gateway, today: date) -> None:
    head = gateway.visitor("head_of_mission", "KWI")
    refused = ask(head, bulletin(today, "30.71"))
    assert "away from the last known one" in refused and 'id="band_reason-error"' in refused
    assert "Write a number above zero" in ask(head, bulletin(today, "3,75"))
    alarmed = ask(head, bulletin(today, "30.71", "The dinar was redenominated."))
    assert "A digit may be missing" in alarmed
    looked = ask(head, bulletin(today, "0.305"))
    assert "The last known rate is" in looked and "A digit may be missing" not in looked
    page = "/en/desk/proposals/new/rate"
    sent = head.post(page, csrf_token=head.token(page), confirmed="yes", key="rate-1", **bulletin(today, "0.305"))
    assert sent.status_code == 303
    second = gateway.visitor("officer", "KWI")
    listed = second.get("/en/desk/proposals").text
    assert "Exchange rate of the mission" in listed and "0.305" in listed
    reference = re.findall(r'id="p-(KWI-[0-9A-Z-]+)"', listed)[0]
    done = second.post(
        f"/en/desk/proposals/{reference}",
        csrf_token=second.token("/en/desk/proposals"),
        verdict="approve",
        key="sign-1",
    )
    assert done.status_code == 303
    assert "1 USD = 0.305 KWD" in gateway.visitor("auditor", "KWI").get("/en/desk/rates").text


def test_coins_and_cards_are_told_apart_where_they_differ(gateway: Gateway, counter: At) -> None:
    filed = counter(mission="BUD").until("awaiting_payment")
    quote = filed.read()["quote"]
    assert quote["cash_total"] % 500 == 0 and quote["cash_total"] != quote["total"]
    cashier = gateway.visitor("cashier", "BUD")
    page = plain(cashier.get(f"/en/desk/counter?reference={filed.reference}").text)
    due = re.search(r'<p class="due">.*?<strong>(.*?)</strong>', page)
    assert due is not None and str(quote["cash_total"] // 100)[-3:] in due[1]
    refused = filed.desk("cash", officer("cashier", "BUD"), amount=quote["total"], currency="HUF")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "amount_differs")
    assert refused.get_json()["params"] == {"amount": quote["cash_total"], "currency": "HUF"}
    taken = filed.pay()
    assert taken.status_code == 200
    assert taken.get_json()["payment"]["amount"] == quote["cash_total"]


def test_a_service_without_a_recent_rate_says_so(gateway: Gateway, database: Callable[[str], Database]) -> None:
    with database("consular").scope("ISB") as session:
        day = missions.today(session, "ISB")
        add_rate(session, "USD", "PKR", "280", day - timedelta(days=30), scope="ISB")
    page = gateway.browser().get("/en/services/passport-renewal?mission=ISB").text
    assert "There is no recent exchange rate for this mission" in page


def test_a_tariff_is_proposed_with_its_simulation_and_signed(
    gateway: Gateway, counter: At, database: Callable[[str], Database]
) -> None:
    filed = counter(mission="AUH").until("awaiting_payment")
    with database("consular").scope("AUH") as session:
        day = missions.today(session, "AUH")
        moved = text(
            "UPDATE fee_order SET opened_at = opened_at - make_interval(days => :days) WHERE application = :one"
        )
        session.execute(moved, {"days": day.day, "one": filed.reference})
    head, page = gateway.visitor("head_of_mission", "AUH"), "/ar/desk/proposals/new/tariff"
    begins = dict(
        zip(
            ("valid_from-year", "valid_from-month", "valid_from-day"),
            (day + timedelta(days=3)).isoformat().split("-"),
            strict=True,
        )
    )
    form = {
        "tariff_fee": "passport-renewal:passport_value",
        "tariff_amount": "٧٠٠",
        "tariff_currency": "AED",
        "law_source": "Specimen circular 4",
        "certainty": "M",
        **begins,
    }
    token = head.token(page)
    looked = plain(head.post(page, csrf_token=token, **form).text)
    assert "<svg" in looked and 'class="after"' in looked and "لطلب واحد" in looked
    wrong = plain(head.post(page, csrf_token=token, **{**form, "tariff_amount": "7,00"}).text)
    assert 'id="tariff_amount-error"' in wrong and "بمنزلتين عشريتين" in wrong
    assert head.post(page, csrf_token=token, confirmed="yes", key="tariff-1", **form).status_code == 303
    second = gateway.visitor("officer", "AUH")
    listed = second.get("/en/desk/proposals").text
    reference = re.findall(r'id="p-(AUH-[0-9A-Z-]+)"', listed)[0]
    assert "Tariff of the mission" in listed and "<svg" in listed
    token = second.token("/en/desk/proposals")
    signed = second.post(f"/en/desk/proposals/{reference}", csrf_token=token, verdict="approve", key="sign-2")
    assert signed.status_code == 303
    now = plain(second.get("/en/desk/tariffs").text)
    assert "What begins after" in now and "Specimen circular 4" in now
    wanted = dict(zip(("on-year", "on-month", "on-day"), begins.values(), strict=True))
    then = second.client.get("/en/desk/tariffs", query_string=wanted)
    assert "700.00" in plain(then.text).split("What begins after")[0]
    assert second.client.get("/en/desk/tariffs", query_string={**wanted, "on-day": "40"}).status_code == 422


def test_a_waiver_begins_at_the_case_and_ends_with_another_signature(gateway: Gateway, counter: At) -> None:
    filed = counter().until("awaiting_payment")
    head, second = gateway.visitor("head_of_mission"), gateway.visitor("officer")
    ask = f"/en/desk/proposals/new/waiver?waiver_reference={filed.reference}"
    assert ask.replace("&", "&amp;") in head.get(f"/en/desk/cases/{filed.reference}").text
    assert "new/waiver" not in second.get(f"/en/desk/cases/{filed.reference}").text
    assert filed.reference in head.get(ask).text
    page = "/en/desk/proposals/new/waiver"
    form = {"waiver_reference": filed.reference, "waiver_reason": "Specimen certificate", "law_source": "Law 19/2023"}
    looked = plain(head.post(page, csrf_token=head.token(page), **form).text)
    assert "Fee that is waived: 750.00" in looked
    wrong = head.post(page, csrf_token=head.token(page), **{**form, "waiver_reference": "RUH-AAAAA-AAAAA-A"})
    assert (wrong.status_code, 'id="waiver_reference-error"' in wrong.text) == (422, True)
    assert head.post(page, csrf_token=head.token(page), confirmed="yes", key="waive-1", **form).status_code == 303
    listed = second.get("/en/desk/proposals").text
    (reference,) = [one for one in re.findall(r'id="p-(RUH-[0-9A-Z-]+)"', listed) if filed.reference in listed]
    token = second.token("/en/desk/proposals")
    signed = second.post(f"/en/desk/proposals/{reference}", csrf_token=token, verdict="approve", key="sign-3")
    assert (signed.status_code, filed.read()["status"]) == (303, "in_review")
    assert "Fee waived" in head.get(f"/en/desk/cases/{filed.reference}").text


@pytest.mark.parametrize(
    "typed", ["3,75", "7,50", "-750", "0", "750.005", "1000000000000000000", "750 SAR", "7.5e2", "٣٬٧٥", ""]
)
def test_an_amount_that_could_mean_anything_else_is_not_taken(gateway: Gateway, counter: At, typed: str) -> None:
    filed = counter().until("awaiting_payment")
    cashier, page = gateway.visitor("cashier"), f"/en/desk/counter?reference={filed.reference}"
    cashier.post("/en/desk/tills", **cashier.form("/en/desk/tills"), **EMPTY_TILL)
    form = {"csrf_token": cashier.token(page), "key": cashier.hidden(page, "key"), "currency": "SAR", "amount": typed}
    refused = cashier.post(f"/en/desk/counter/{filed.reference}/cash", **form)
    assert (refused.status_code, 'id="amount-error"' in refused.text) == (422, True)
    assert filed.read()["payments"] == []


@pytest.mark.parametrize("typed", ["750", "750.00", "٧٥٠", "٧٥٠٫٠٠"])
def test_an_amount_is_taken_in_either_digits(gateway: Gateway, counter: At, typed: str) -> None:
    filed = counter().until("awaiting_payment")
    cashier, page = gateway.visitor("cashier"), f"/en/desk/counter?reference={filed.reference}"
    cashier.post("/en/desk/tills", **cashier.form("/en/desk/tills"), **EMPTY_TILL)
    form = {"csrf_token": cashier.token(page), "key": cashier.hidden(page, "key"), "currency": "SAR", "amount": typed}
    assert cashier.post(f"/en/desk/counter/{filed.reference}/cash", **form).status_code == 303


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.usefixtures("restored_calendar")
def test_the_photos_of_a_mission_are_changed_by_two_people(
    gateway: Gateway, database: Callable[[str], Database], language: str
) -> None:
    head, second = gateway.visitor("head_of_mission"), gateway.visitor("officer")
    listed = head.get(f"/{language}/desk/services").text
    ask = f"/{language}/desk/proposals/new/photo_rule"
    assert f"{ask}?photo_transaction=passport-renewal" in listed and f"{ask}?photo_transaction=every" in listed
    assert ask not in second.get(f"/{language}/desk/services").text
    asked = head.get(f"{ask}?photo_transaction=passport-renewal").text
    assert 'value="passport-renewal" selected' in asked and "birth-registration" not in asked
    with database("consular").scope("RUH") as session:
        day = missions.today(session, "RUH").isoformat().split("-")
    form = {
        "photo_transaction": "passport-renewal",
        "photo_count": "٩",
        "law_source": "Specimen circular 9",
        "certainty": "M",
        **dict(zip(("valid_from-year", "valid_from-month", "valid_from-day"), day, strict=True)),
    }
    token = head.token(ask)
    wrong = head.post(ask, csrf_token=token, **{**form, "photo_width": "35"})
    assert wrong.status_code == 422 and 'id="photo_height-error"' in wrong.text
    nine = {"ar": "9 صور مطبوعة", "en": "9 printed photos"}[language]
    assert nine in plain(head.post(ask, csrf_token=token, **form).text)
    assert head.post(ask, csrf_token=token, confirmed="yes", key=f"photos-{language}", **form).status_code == 303
    proposals = second.get(f"/{language}/desk/proposals").text
    assert nine in plain(proposals)
    reference = re.findall(r'id="p-(RUH-[0-9A-Z-]+)"', proposals.split("Specimen circular 9")[0])[-1]
    token = second.token(f"/{language}/desk/proposals")
    address = f"/{language}/desk/proposals/{reference}"
    assert second.post(address, csrf_token=token, verdict="approve", key=f"sign-{language}").status_code == 303
    gateway.app.extensions["consular"].forget()
    assert nine in plain(gateway.browser().get(f"/{language}/services/passport-renewal?mission=RUH").text)


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.usefixtures("restored_calendar")
def test_the_promised_days_of_one_speed_are_changed_by_two_people(
    gateway: Gateway, database: Callable[[str], Database], language: str
) -> None:
    head, second = gateway.visitor("head_of_mission"), gateway.visitor("officer")
    ask = f"/{language}/desk/proposals/new/promise_rule"
    key = next(f"{slug}:regular" for slug, entry in CATALOGUE.items() if entry.tiers)
    slug = key.partition(":")[0]
    listed = head.get(f"/{language}/desk/services").text
    assert f"{ask}?promise_for={key}" in unescape(listed).replace("%3A", ":")
    assert ask not in second.get(f"/{language}/desk/services").text
    assert f'value="{key}" selected' in head.get(f"{ask}?promise_for={key}").text
    with database("consular").scope("RUH") as session:
        day = missions.today(session, "RUH").isoformat().split("-")
    form = {
        "promise_for": key,
        "promise_days": "٤٤",
        "law_source": "Specimen circular 44",
        "certainty": "M",
        **dict(zip(("valid_from-year", "valid_from-month", "valid_from-day"), day, strict=True)),
    }
    token = head.token(ask)
    wrong = head.post(ask, csrf_token=token, **{**form, "promise_days": "0"})
    assert wrong.status_code == 422 and 'id="promise_days-error"' in wrong.text
    promised = {"ar": "44 يوم عمل", "en": "44 working days"}[language]
    assert promised in plain(head.post(ask, csrf_token=token, **form).text)
    assert head.post(ask, csrf_token=token, confirmed="yes", key=f"promise-{language}", **form).status_code == 303
    proposals = second.get(f"/{language}/desk/proposals").text
    reference = re.findall(r'id="p-(RUH-[0-9A-Z-]+)"', proposals.split("Specimen circular 44")[0])[-1]
    token = second.token(f"/{language}/desk/proposals")
    address = f"/{language}/desk/proposals/{reference}"
    assert second.post(address, csrf_token=token, verdict="approve", key=f"sign-p-{language}").status_code == 303
    gateway.app.extensions["consular"].forget()
    page = plain(gateway.browser().get(f"/{language}/services/{slug}?mission=RUH").text)
    assert promised in page
    urgent = next(tier.working_days for tier in CATALOGUE[slug].tiers if tier.name == "urgent")
    assert (f"{urgent} أيام عمل" if language == "ar" else f"{urgent} working days") in page


@pytest.fixture
def offices(gateway: Gateway, restored_calendar: None) -> Iterator[None]:
    """Pages keep the missions for half a minute: no test sees the office of another one."""
    gateway.app.extensions["consular"].forget()
    yield
    gateway.app.extensions["consular"].forget()


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.usefixtures("offices")
def test_the_office_of_a_mission_is_changed_by_two_people(
    gateway: Gateway, database: Callable[[str], Database], language: str
) -> None:
    head, second = gateway.visitor("head_of_mission"), gateway.visitor("officer")
    ask, street = f"/{language}/desk/proposals/new/office", f"شارع {language}، الرياض"
    page = unescape(head.get(f"/{language}/desk/services").text)
    link = re.search(rf'href="({ask}\?[^"]+)"', page)
    assert link and ask not in second.get(f"/{language}/desk/services").text
    filled = unescape(head.get(link[1]).text)
    assert "Diplomatic Quarter" in filled and "الحي الدبلوماسي" in filled
    with database("consular").scope("RUH") as session:
        day = missions.today(session, "RUH").isoformat().split("-")
    form = {
        "reception": "open",
        "address_ar": street,
        "address_en": "",
        "law_source": "Specimen circular 51",
        "certainty": "M",
        **dict(zip(("valid_from-year", "valid_from-month", "valid_from-day"), day, strict=True)),
    }
    token = head.token(ask)
    wrong = head.post(ask, csrf_token=token, **{**form, "address_ar": ""})
    assert wrong.status_code == 422 and 'id="address_ar-error"' in wrong.text
    look = plain(head.post(ask, csrf_token=token, **form).text)
    assert street in look and "الحي الدبلوماسي" in look
    assert head.post(ask, csrf_token=token, confirmed="yes", key=f"office-{language}", **form).status_code == 303
    proposals = second.get(f"/{language}/desk/proposals").text
    reference = re.findall(r'id="p-(RUH-[0-9A-Z-]+)"', proposals.split("Specimen circular 51")[0])[-1]
    token = second.token(f"/{language}/desk/proposals")
    address = f"/{language}/desk/proposals/{reference}"
    assert second.post(address, csrf_token=token, verdict="approve", key=f"sign-o-{language}").status_code == 303
    gateway.app.extensions["consular"].forget()
    assert street in plain(head.get(f"/{language}/desk/services").text)


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.usefixtures("offices")
def test_an_office_inside_syria_is_asked_for_its_currencies_days_and_hours(gateway: Gateway, language: str) -> None:
    head = gateway.visitor("head_of_mission", mission="DAM")
    page = unescape(head.get(f"/{language}/desk/services").text)
    link = re.search(rf'href="(/{language}/desk/proposals/new/office_in_syria\?[^"]+)"', page)
    assert link
    filled = head.get(link[1]).text
    ticked = set(re.findall(r'name="(takes|weekdays)" value="([^"]+)" checked', filled))
    assert ticked == {("takes", "USD"), ("takes", "EUR"), *(("weekdays", day) for day in "60123")}
    assert 'name="opens" type="text" value="09:00"' in filled
