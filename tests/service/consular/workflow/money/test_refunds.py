"""Whatever ends an application, its money comes back: over HTTP, with the notice its payer gets."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from services.consular.payments.ledger.model import Entry, Line
from services.consular.payments.providers.rules import OutcomeUnknown
from shared.database.db import Database
from shared.identity.actor import Actor
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.applications.deadlines import notices
from tests.factories.concurrency import together
from tests.factories.payments import InMemoryProvider
from tests.factories.payments.card import card, notify, notify_returned
from tests.factories.payments.refunds import IBAN

At = Callable[..., Counter]
Databases = Callable[[str], Database]
CASHIER, HEAD = officer("cashier"), officer("head_of_mission")


def act(here: Counter, verb: str, /, *, who: Actor = CASHIER, **more: object) -> TestResponse:
    """One act on the application's only refund, with the amount it shows."""
    refund = here.read()["refunds"][0]
    body = {"amount": refund["amount"], "currency": refund["currency"], "key": uuid.uuid4().hex, **more}
    return here.client.post(f"/desk/refunds/{refund['reference']}/{verb}", who, body)


def withdrawn(here: Counter) -> Counter:
    assert here.ask_as_applicant("POST", "/withdraw", {"key": uuid.uuid4().hex}).status_code == 200
    assert [row["state"] for row in here.read()["refunds"]] == ["due"]
    return here


def paid_by_card(here: Counter, provider: InMemoryProvider) -> Counter:
    reference = card(here.until("awaiting_payment")).get_json()["reference"]
    provider.choose(reference, "pay")
    assert notify(here, provider, reference).status_code == 200
    return here


def owed(database: Databases, here: Counter) -> list[tuple[str, int]]:
    """The accounts that an application's entries leave open."""
    with database("consular").scope(HOME) as session:
        sums = (
            select(Line.account, func.sum(Line.amount))
            .join(Entry, Entry.id == Line.entry)
            .where(Entry.about == here.reference)
            .group_by(Line.account, Line.currency)
            .having(func.sum(Line.amount) != 0)
        )
        return [(account, int(amount)) for account, amount in session.execute(sums)]


def test_a_withdrawal_paid_in_cash_is_paid_out_with_a_numbered_slip(counter: At, database: Databases) -> None:
    here = withdrawn(counter().until("in_review"))
    assert act(here, "payout").get_json()["code"] == "refund_not_approved"
    assert act(here, "prepare", method="cash").get_json()["state"] == "approved"
    same = uuid.uuid4().hex
    first, again = (act(here, "payout", key=same) for _ in range(2))
    assert first.get_json() == again.get_json() and first.get_json()["state"] == "paid"
    shown = here.read()["refunds"][0]
    assert (shown["state"], shown["method"]) == ("paid", "cash") and shown["paid_at"] > shown["since"]
    slip = here.client.get(f"/documents/{shown['slip']}", here.person.actor).get_json()
    assert slip["kind"] == "payout-slip" and slip["number"].startswith("RUH-PO-")
    assert notices(database("consular"), here.reference)[-1] == "refund_paid"
    assert owed(database, here) == []
    assert act(here, "payout").get_json()["code"] == "refund_paid"


def test_a_card_payment_goes_back_to_its_card_at_once(
    counter: At, provider: InMemoryProvider, database: Databases
) -> None:
    here = withdrawn(paid_by_card(counter(), provider))
    assert act(here, "prepare", method="card").get_json()["state"] == "paid"
    assert here.read()["refunds"][0]["state"] == "paid"
    assert here.read()["payments"][0]["refunded"] == "whole"
    assert len(provider.refunds.made) == 1 and owed(database, here) == []


def test_a_card_refund_that_comes_back_is_owed_again_and_paid_in_another_way(
    counter: At, provider: InMemoryProvider, database: Databases
) -> None:
    here = withdrawn(paid_by_card(counter(), provider))
    paid = here.read()["payments"][0]["reference"]
    assert act(here, "prepare", method="card").get_json()["state"] == "paid"
    assert notify_returned(here, provider, paid).status_code == 200
    back = here.read()["refunds"][0]
    assert (back["state"], back["paid_at"]) == ("failed", None)
    assert notices(database("consular"), here.reference)[-1] == "refund_returned"
    assert sorted(owed(database, here)) == [("card", 75_000), ("refunds", -75_000)]
    assert act(here, "approve", who=HEAD).get_json()["code"] == "refund_not_prepared"
    assert act(here, "prepare", method="cash", override="البطاقة ملغاة").get_json()["state"] == "due"
    assert act(here, "approve", who=HEAD).get_json()["state"] == "approved"
    assert act(here, "payout").get_json()["state"] == "paid"
    # Taken by card, given in cash.
    assert sorted(owed(database, here)) == [("card", 75_000), (f"cash:{CASHIER.id}", -75_000)]
    assert notices(database("consular"), here.reference)[-1] == "refund_paid"


def test_a_refund_that_came_back_goes_to_the_same_card_under_a_new_key(
    counter: At, provider: InMemoryProvider, database: Databases
) -> None:
    here = withdrawn(paid_by_card(counter(), provider))
    paid = here.read()["payments"][0]["reference"]
    for times in (1, 2):
        assert act(here, "prepare", method="card").get_json()["state"] == "paid"
        assert len({*provider.refund_keys()}) == times
        assert notify_returned(here, provider, paid).status_code == 200
        assert here.read()["refunds"][0]["state"] == "failed"
    assert act(here, "prepare", method="card").get_json()["state"] == "paid"
    assert owed(database, here) == []


def test_the_bank_sent_a_transfer_back_after_it_was_confirmed(counter: At, database: Databases) -> None:
    here = withdrawn(counter().until("in_review"))
    terms: dict[str, Any] = {
        "method": "transfer",
        "override": "سافر",
        "iban": IBAN,
        "account_holder": "Rasha Alhussein",
    }
    account = {"currency": "SAR", "iban": IBAN, "account_holder": "Specimen Mission"}
    for state in ("failed", "paid"):
        assert act(here, "prepare", **terms).get_json()["state"] == "due"
        assert act(here, "approve", who=HEAD).get_json()["state"] == "approved"
        assert here.client.post("/desk/refunds/files", CASHIER, {**account, "key": uuid.uuid4().hex}).status_code == 201
        assert act(here, "confirm").get_json()["state"] == "paid"
        if state == "failed":
            assert act(here, "fail", failure="nonsense").status_code == 422
            assert act(here, "fail", failure="returned_by_bank").get_json()["state"] == "failed"
            assert act(here, "fail", failure="returned_by_bank").get_json()["code"] == "refund_not_sent"
        assert here.read()["refunds"][0]["state"] == state
    told = [kind for kind in notices(database("consular"), here.reference) if kind.startswith("refund_")]
    assert told[-3:] == ["refund_paid", "refund_returned", "refund_paid"]


def test_a_provider_that_says_nothing_leaves_it_unknown(counter: At, provider: InMemoryProvider) -> None:
    here = withdrawn(paid_by_card(counter(), provider))
    provider.broken = [OutcomeUnknown()]
    assert act(here, "prepare", method="card").get_json()["state"] == "unknown"
    assert act(here, "prepare", method="card").get_json()["code"] == "refund_under_way"
    assert here.read()["refunds"][0]["state"] == "unknown"


def test_a_refusal_goes_to_an_account_when_two_people_say_so(counter: At, database: Databases) -> None:
    here = counter().until("in_review")
    assert here.desk("refuse", reason="not_entitled").status_code == 200
    terms: dict[str, Any] = {
        "method": "transfer",
        "override": "عاد إلى بلد آخر",
        "iban": "SA03 8000 0000 6080 1016 7519",
    }
    sent = act(here, "prepare", **terms, account_holder="Rasha Alhussein")
    assert (sent.status_code, sent.get_json()["state"]) == (200, "due")
    assert act(here, "approve", who=HEAD).get_json()["state"] == "approved"
    body = {"currency": "SAR", "iban": IBAN, "account_holder": "Specimen Mission", "key": uuid.uuid4().hex}
    file = here.client.post("/desk/refunds/files", CASHIER, body)
    assert file.status_code == 201
    read = here.client.get(f"/desk/refunds/files/{file.get_json()['file']}", CASHIER)
    assert here.read()["refunds"][0]["reference"] in read.text
    assert act(here, "fail", failure="account_closed").get_json()["state"] == "failed"
    assert act(here, "confirm").get_json()["code"] == "refund_not_sent"
    assert act(here, "prepare", method="cash").get_json()["state"] == "approved"
    assert act(here, "payout").get_json()["state"] == "paid"
    assert owed(database, here) == []


def test_the_bank_paid(counter: At, database: Databases) -> None:
    here = withdrawn(counter().until("in_review"))
    terms: dict[str, Any] = {
        "method": "transfer",
        "override": "أراد ذلك",
        "iban": IBAN,
        "account_holder": "Rasha Alhussein",
    }
    act(here, "prepare", **terms)
    act(here, "approve", who=HEAD)
    body = {"currency": "SAR", "iban": IBAN, "account_holder": "Specimen Mission", "key": uuid.uuid4().hex}
    here.client.post("/desk/refunds/files", CASHIER, body)
    assert act(here, "confirm").get_json()["state"] == "paid"
    assert owed(database, here) == [("bank", -75_000), ("cash:cashier-RUH", 75_000)]


def test_money_that_came_twice_goes_back(counter: At, provider: InMemoryProvider, database: Databases) -> None:
    here = counter().until("awaiting_payment")
    payment = card(here).get_json()["reference"]
    here.ask_as_applicant("POST", "/withdraw", {"key": "k"})
    provider.choose(payment, "pay")
    assert notify(here, provider, payment).status_code == 200
    path = f"/desk/cases/{here.reference}/payments/{payment}/give-back"
    assert here.client.post(path, CASHIER, {"reason": "وصل متأخرًا", "key": "g"}).status_code == 200
    assert act(here, "prepare", method="card").get_json()["state"] == "paid"
    assert owed(database, here) == []


def test_a_double_click_pays_once(counter: At, database: Databases) -> None:
    here = withdrawn(counter().until("in_review"))
    act(here, "prepare", method="cash")
    assert together(*[partial(act, here, "payout")] * 4) == [200, 409, 409, 409]
    assert owed(database, here) == []


@pytest.mark.parametrize(
    ("verb", "body", "errors"),
    [
        ("prepare", {"method": "cheque"}, {"method": "unknown_choice"}),
        ("prepare", {"method": "cash", "amount": "750"}, {"amount": "malformed"}),
        ("prepare", {"method": "cash", "amount": 750.5}, {"amount": "malformed"}),
        ("prepare", {"method": "cash", "currency": "SYP"}, {"currency": "unknown_choice"}),
        ("prepare", {"method": "transfer", "iban": "4711", "account_holder": "رشا"}, {"iban": "iban"}),
        ("fail", {"failure": "gone"}, {"failure": "unknown_choice"}),
        ("fail", {}, {"failure": "required"}),
        ("fail", {"failure": ""}, {"failure": "required"}),
    ],
)
def test_bad_input_is_named_beside_its_field(
    counter: At, verb: str, body: dict[str, Any], errors: dict[str, str]
) -> None:
    here = withdrawn(counter().until("in_review"))
    answer = act(here, verb, **body)
    assert answer.status_code == 422
    assert errors.items() <= answer.get_json()["errors"].items()


@pytest.mark.parametrize("role", ["officer", "clerk", "auditor"])
def test_who_takes_no_money_pays_none_back(counter: At, role: str) -> None:
    here = withdrawn(counter().until("in_review"))
    assert act(here, "prepare", who=officer(role), method="cash").status_code == 403
    listed = here.client.get("/desk/refunds", officer(role))
    if role == "clerk":
        assert listed.status_code == 403
    else:
        assert here.reference in [row["application"] for row in listed.get_json()["unpaid"]]
    foreign = officer("cashier", "BER")
    assert act(here, "prepare", who=foreign, method="cash").status_code == 404
