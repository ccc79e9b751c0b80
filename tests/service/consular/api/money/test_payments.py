"""Paying by card over HTTP: every way back from the provider ends in one settled application."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from services.consular.payments.ledger.model import Entry
from services.consular.payments.providers.rules import Answer, OutcomeUnknown
from shared.database.db import Database
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.concurrency import at_once
from tests.factories.payments import InMemoryProvider
from tests.factories.payments.card import card, notify

At = Callable[..., Counter]
RETURN = "http://127.0.0.1:8080/applications/x/paid"


def test_a_card_payment_sends_the_payer_to_the_providers_page(counter: At, provider: InMemoryProvider) -> None:
    here = counter().until("awaiting_payment")
    answer = card(here)
    assert answer.status_code == 201, answer.get_json()
    opened = answer.get_json()
    assert opened["redirect_url"].startswith("http://sandbox")
    assert (opened["amount"], opened["currency"], opened["state"]) == (75_000, "SAR", "pending")
    assert here.read()["status"] == "awaiting_payment"


def test_pressing_pay_again_leads_to_the_same_page(counter: At, provider: InMemoryProvider) -> None:
    here, key = counter().until("awaiting_payment"), uuid.uuid4().hex
    first = card(here, key).get_json()
    assert [card(here, key).get_json(), card(here).get_json()] == [first, first]
    assert provider.opened == 1


def test_notification_return_page_and_question_settle_once(
    counter: At, provider: InMemoryProvider, database: Callable[[str], Database]
) -> None:
    here = counter().until("awaiting_payment")
    reference = card(here).get_json()["reference"]
    provider.choose(reference, "pay")
    refresh = partial(here.client.post, f"/payments/{reference}/refresh", here.person.actor)
    acts: list[Callable[[], TestResponse]] = [refresh, partial(notify, here, provider, reference)]
    answers = [each for each in at_once(acts * 3) if isinstance(each, TestResponse)]
    assert [answer.status_code for answer in answers] == [200] * 6
    read = here.read()
    assert (read["status"], [line["code"] for line in read["timeline"]].count("paid")) == ("in_review", 1)
    with database("consular").scope(HOME) as session:
        assert session.scalars(select(Entry.kind).where(Entry.about == here.reference)).all() == ["payment"]


def test_a_forged_notification_changes_nothing(counter: At, provider: InMemoryProvider) -> None:
    here = counter().until("awaiting_payment")
    reference = card(here).get_json()["reference"]
    provider.choose(reference, "pay")
    assert notify(here, provider, reference, secret="guessed").status_code == 403
    assert here.read()["status"] == "awaiting_payment"


def test_cash_at_the_counter_closes_the_page_that_was_left_open(counter: At, provider: InMemoryProvider) -> None:
    here = counter().until("awaiting_payment")
    reference = card(here).get_json()["reference"]
    assert here.pay().status_code == 200
    read = here.read()
    assert [(one["reference"] == reference, one["state"]) for one in read["payments"]] == [
        (True, "failed"),
        (False, "succeeded"),
    ]
    with pytest.raises(AssertionError):
        provider.choose(reference, "pay")
    assert read["status"] == "in_review"


def test_no_cash_is_taken_from_who_has_just_paid_by_card(counter: At, provider: InMemoryProvider) -> None:
    here = counter().until("awaiting_payment")
    provider.choose(card(here).get_json()["reference"], "pay")
    refused = here.pay()
    assert (refused.status_code, refused.get_json()["code"]) == (409, "not_possible_now")
    assert [one["state"] for one in here.read()["payments"]] == ["succeeded"]


def test_no_cash_is_taken_while_the_provider_does_not_say_how_a_page_ended(
    counter: At, provider: InMemoryProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> Answer:
        raise OutcomeUnknown

    here = counter().until("awaiting_payment")
    card(here)
    monkeypatch.setattr(provider, "close_page", silent)
    refused = here.pay()
    assert (refused.status_code, refused.get_json()["code"]) == (409, "payment_open")
    assert [one["state"] for one in here.read()["payments"]] == ["pending"]


def test_a_failed_payment_leaves_the_way_open_for_another(counter: At, provider: InMemoryProvider) -> None:
    here = counter().until("awaiting_payment")
    reference = card(here).get_json()["reference"]
    provider.choose(reference, "decline")
    assert notify(here, provider, reference).status_code == 200
    assert here.read()["payments"][0]["state"] == "pending"
    left = here.client.post(f"/payments/{reference}/refresh", here.person.actor, {"left": True}).get_json()
    assert (left["state"], left["failure"]) == ("failed", "card_declined")
    read = here.read()
    assert (read["status"], read["payments"][0]["state"]) == ("awaiting_payment", "failed")
    assert card(here).get_json()["reference"] != reference


def test_money_after_withdrawal_is_held_and_shown_at_the_desk(counter: At, provider: InMemoryProvider) -> None:
    here = counter().until("awaiting_payment")
    reference = card(here).get_json()["reference"]
    here.ask_as_applicant("POST", "/withdraw", {"key": "k"})
    provider.choose(reference, "pay")
    assert notify(here, provider, reference).status_code == 200
    assert here.read()["status"] == "withdrawn"
    found = here.client.get("/desk/queue", officer(), query_string={"status": "exceptions", "q": here.reference})
    assert [row["exception"] for row in found.get_json()["rows"]] == ["payment_late"]


def expire(database: Database, reference: str, amount: int) -> None:
    """The order's price ran out a minute ago; it had been `amount`."""
    expired = str(uuid.uuid4())
    with database.scope(HOME) as session:
        session.execute(
            text(
                "INSERT INTO quote SELECT :new, mission, application, transaction, :amount, currency, made_at, "
                "now() - interval '1 minute' FROM quote WHERE application = :reference"
            ),
            {"new": expired, "amount": amount, "reference": reference},
        )
        session.execute(
            text("UPDATE fee_order SET quote_id = :new, amount = :amount WHERE application = :reference"),
            {"new": expired, "amount": amount, "reference": reference},
        )


def test_an_expired_price_that_still_holds_is_renewed_in_passing(
    counter: At, provider: InMemoryProvider, database: Callable[[str], Database]
) -> None:
    here = counter().until("awaiting_payment")
    expire(database("consular"), here.reference, 75_000)
    assert card(here).status_code == 201


def test_a_price_that_changed_is_shown_before_anybody_pays_it(
    counter: At, provider: InMemoryProvider, database: Callable[[str], Database]
) -> None:
    here = counter().until("awaiting_payment")
    expire(database("consular"), here.reference, 70_000)
    changed = card(here)
    assert (changed.status_code, changed.get_json()["code"]) == (409, "price_changed")
    assert changed.get_json()["params"] == {
        "before": {"amount": 70_000, "currency": "SAR"},
        "after": {"amount": 75_000, "currency": "SAR"},
    }
    assert (here.read()["quote"]["total"], provider.opened) == (75_000, 0)
    assert card(here).get_json()["amount"] == 75_000


def test_the_counter_is_told_of_a_price_that_changed(counter: At, database: Callable[[str], Database]) -> None:
    here = counter().until("awaiting_payment")
    expire(database("consular"), here.reference, 70_000)
    refused = here.desk("cash", officer("cashier"), amount=70_000, currency="SAR")
    assert refused.get_json()["params"] == {"amount": 75_000, "currency": "SAR"}
    assert here.desk("cash", officer("cashier"), amount=75_000, currency="SAR").status_code == 200


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"return_url": "https://elsewhere.example/paid"}, "return_url", "foreign_address"),
        ({"return_url": "http://127.0.0.1:8080@evil.example/"}, "return_url", "foreign_address"),
        ({"return_url": "javascript:alert(1)"}, "return_url", "foreign_address"),
        ({"return_url": ""}, "return_url", "foreign_address"),
        ({"return_url": "x" * 501}, "return_url", "too_long"),
        ({"method": "barter"}, "method", "unknown_choice"),
        ({"key": "k" * 101}, "key", "too_long"),
        ({"key": 7}, "key", "malformed"),
    ],
)
def test_malformed_payments_name_the_field(
    counter: At, provider: InMemoryProvider, changes: dict[str, Any], field: str, code: str
) -> None:
    here = counter()
    here.start("passport-renewal")
    answer = card(here, **changes)
    assert (answer.status_code, answer.get_json()["errors"]) == (422, {field: code})


def test_only_what_awaits_payment_is_paid_and_only_by_its_owner(counter: At, provider: InMemoryProvider) -> None:
    here, other = counter(), counter()
    here.start("passport-renewal")
    assert (card(here).status_code, card(here).get_json()["code"]) == (409, "not_possible_now")
    other.reference = here.reference
    assert card(other).status_code == 404
    assert here.client.post(f"/applications/{here.reference}/payments", officer(), {}).status_code == 403
    assert provider.opened == 0
