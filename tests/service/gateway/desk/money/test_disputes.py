"""Disputed payments and voided cash on the pages of both sides; what a mission owes back, for everybody."""

import re
from collections.abc import Callable

import pytest

from tests.factories.applications import Counter
from tests.factories.gateway import Gateway
from tests.factories.payments import InMemoryProvider
from tests.factories.payments.card import card, notify

At = Callable[..., Counter]
WORDS = {"en": "Disputed payments", "ar": "دفعات معترض عليها"}
FLAGS = {"en": "The payer&#39;s bank disputes the payment", "ar": "مصرف الدافع يعترض على الدفع"}


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_dispute_stands_in_the_books_and_on_the_case(
    gateway: Gateway, counter: At, provider: InMemoryProvider, language: str
) -> None:
    here = counter().until("awaiting_payment")
    reference = card(here).get_json()["reference"]
    provider.choose(reference, "pay")
    notify(here, provider, reference)
    provider.dispute(reference, "dispute")
    notify(here, provider, reference)
    head = gateway.visitor("head_of_mission")
    books = head.get(f"/{language}/desk/books").text
    part = books.split(WORDS[language], 1)[1]
    assert reference in part and f"/{language}/desk/cases/{here.reference}" in part
    assert FLAGS[language] in head.get(f"/{language}/desk/cases/{here.reference}").text


def test_cash_is_voided_from_its_case_by_two_people(gateway: Gateway, counter: At) -> None:
    here = counter().until("awaiting_payment")
    assert here.pay().status_code == 200
    payment = here.read()["payments"][-1]["reference"]
    head, second = gateway.visitor("head_of_mission"), gateway.visitor("officer")
    ask = f"/en/desk/proposals/new/cash_reversal?void_payment={payment}"
    assert ask in head.get(f"/en/desk/cases/{here.reference}").text
    assert "new/cash_reversal" not in second.get(f"/en/desk/cases/{here.reference}").text
    assert payment in head.get(ask).text
    page = "/en/desk/proposals/new/cash_reversal"
    form = {"void_payment": payment, "void_reason": "Entered on the wrong case"}
    wrong = head.post(page, csrf_token=head.token(page), **{**form, "void_payment": "RUH-AAAAA-AAAAA-A"})
    assert (wrong.status_code, 'id="void_payment-error"' in wrong.text) == (422, True)
    assert "leave the till" in head.post(page, csrf_token=head.token(page), **form).text
    assert head.post(page, csrf_token=head.token(page), confirmed="yes", key="void-1", **form).status_code == 303
    listed = second.get("/en/desk/proposals").text
    reference = next(
        one for one in re.findall(r'id="p-(RUH-[0-9A-Z-]+)"', listed) if payment in listed.split(f'id="p-{one}"')[1]
    )
    token = second.token("/en/desk/proposals")
    signed = second.post(f"/en/desk/proposals/{reference}", csrf_token=token, verdict="approve", key="void-2")
    assert (signed.status_code, here.read()["status"]) == (303, "awaiting_payment")


def test_what_a_mission_owes_back_is_public_and_names_nobody(gateway: Gateway, counter: At) -> None:
    here = counter().until("in_review")
    here.ask_as_applicant("POST", "/withdraw", {"key": "w"})
    refund = here.read()["refunds"][0]["reference"]
    for language, words in (("en", "Money the mission owes back"), ("ar", "مبالغ تعيدها البعثة")):
        shown = gateway.browser().get(f"/{language}/owed-back?mission=RUH").text
        assert words in shown and "SAR" in shown
        assert not re.search(r"RUH-[0-9A-Z]{5}", shown)
        assert refund not in shown
    assert "This mission owes nobody anything" in gateway.browser().get("/en/owed-back?mission=BER").text
    assert gateway.browser().get("/en/owed-back?mission=XXX").status_code in (200, 404)
