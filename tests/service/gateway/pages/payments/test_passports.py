"""Passports on real pages: both prices before choosing, what an officer looks into, urgency's price first."""

import re

import pytest

from deploy.demo.population import specimens
from shared.identity.actor import Actor
from tests.conftest import HOME
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, fill, send

CLERK = Actor("user", "11111111-1111-1111-1111-111111111111", "clerk", mission=HOME)
CASHIER = Actor("user", "22222222-2222-2222-2222-222222222222", "cashier", mission=HOME)


def paid(gateway: Gateway, browser: Browser, slug: str) -> str:
    """An application through the pages, paid at the counter."""
    reference = begin(browser, slug)
    fill(browser, slug, reference)
    send(browser, reference)
    quote = gateway.wires["consular"].service.get(f"/desk/cases/{reference}", CASHIER).get_json()["quote"]
    body = {"amount": quote["cash_total"], "currency": quote["currency"], "key": f"cash-{reference}"}
    till = {"currency": quote["currency"], "pieces": {}, "key": "till"}
    assert gateway.wires["consular"].service.post("/desk/tills", CASHIER, till).status_code == 201
    answer = gateway.wires["consular"].service.post(f"/desk/cases/{reference}/cash", CASHIER, body)
    assert answer.status_code == 200, answer.get_json()
    return reference


@pytest.mark.parametrize("slug", ["passport-lost", "passport-damaged"])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_both_speeds_are_priced_before_one_is_chosen(gateway: Gateway, slug: str, language: str) -> None:
    page = gateway.browser().get(f"/{language}/services/{slug}").text
    assert "975.00" in page
    assert "1,725.00" in page


def test_an_officer_records_what_was_found_with_a_reason(gateway: Gateway) -> None:
    owner = gateway.visitor(person=specimens.PAST_AGE)
    reference = paid(gateway, owner, "passport-damaged")
    officer = gateway.visitor("officer")
    page = f"/en/desk/cases/{reference}"
    shown = officer.get(page).text
    assert "P&lt;SYR" in shown
    told = {"what": "no_tampering", "outcome": "approved", "key": "k-1"}
    empty = officer.submit(f"{page}/approvals", page=page, reason=" ", **told)
    assert empty.status_code == 422
    assert "Please write the reason" in empty.text
    unsaid = officer.submit(f"{page}/approvals", page=page, reason="Pages and chip", **{**told, "outcome": ""})
    assert unsaid.status_code == 422 and ">Pages and chip</textarea>" in unsaid.text
    done = officer.submit(f"{page}/approvals", page=page, reason="Pages and chip are whole", **told)
    assert done.status_code == 303
    assert "Pages and chip are whole" in officer.get(page).text
    assert "Signs of tampering in the damaged passport" in officer.get(f"{page}/refuse").text
    counter = f"/en/desk/counter?reference={reference}"
    early = {"national_number": specimens.PAST_AGE.national_number, "key": "early"}
    assert officer.submit(f"/en/desk/counter/{reference}/collect", page=counter, **early).status_code == 409
    early["national_number"] = "seven"
    assert officer.submit(f"/en/desk/counter/{reference}/collect", page=counter, **early).status_code == 422


def test_urgency_is_priced_before_anything_is_owed(gateway: Gateway) -> None:
    owner = gateway.visitor(person=specimens.ABROAD)
    reference = paid(gateway, owner, "passport-renewal")
    page = f"/en/applications/{reference}/upgrade"
    shown = re.sub("<[^>]+>", " ", owner.get(page).text)
    assert "1,500.00" in shown
    assert shown.count("750.00") == 2
    answer = owner.submit(f"{page}/counter", page=page, key="counter-1")
    assert answer.status_code == 303
    assert "stays regular until you pay" in owner.get(page).text
    assert (
        "Difference to the urgent price"
        in gateway.visitor("cashier").get(f"/en/desk/counter?reference={reference}").text
    )


@pytest.mark.parametrize(
    ("number", "status", "said"), [("N777777777", 200, "Not reported lost"), ("seven", 422, "six to nine")]
)
def test_a_passport_is_looked_up_by_its_number(gateway: Gateway, number: str, status: int, said: str) -> None:
    answer = gateway.visitor("clerk").get(f"/en/desk/passports?number={number}")
    assert (answer.status_code, said in answer.text) == (status, True)
