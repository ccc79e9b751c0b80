"""Rates at the desk: seen with their age, declared by one, signed by another; and prices that say what coins pay."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from services.consular import missions
from shared.database.db import Database
from tests.factories.applications import Counter
from tests.factories.gateway import Browser, Gateway
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
    taken = filed.pay()
    assert taken.status_code == 200
    assert taken.get_json()["payment"]["amount"] == quote["cash_total"]


def test_a_service_without_a_recent_rate_says_so(gateway: Gateway, database: Callable[[str], Database]) -> None:
    with database("consular").scope("ISB") as session:
        day = missions.today(session, "ISB")
        add_rate(session, "USD", "PKR", "280", day - timedelta(days=30), scope="ISB")
    page = gateway.browser().get("/en/services/passport-renewal?mission=ISB").text
    assert "There is no recent exchange rate for this mission" in page
