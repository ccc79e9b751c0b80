"""From regular to urgent: the difference alone, once, never after printing, and paid back with the rest."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from services.consular.payments.collection.rules import Kind
from services.consular.payments.ledger.model import Entry, Line
from services.consular.payments.providers.rules import Answer, ProviderStatus
from services.consular.workflow.money import settle
from shared.database.db import Database
from shared.identity.actor import Actor
from shared.values.money import Money
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.concurrency import together
from tests.factories.payments import InMemoryProvider

pytestmark = pytest.mark.clock

At = Callable[..., Counter]
Databases = Callable[[str], Database]
GATEWAY = Actor("service", "gateway", "gateway")
RETURN = "http://127.0.0.1:8080/applications/x/paid"
DIFFERENCE = 75_000


def asked(here: Counter) -> TestResponse:
    return here.ask_as_applicant("GET", "/upgrade")


def opened(here: Counter, key: str = "") -> TestResponse:
    return here.ask_as_applicant("POST", "/upgrade", {"key": key or uuid.uuid4().hex})


def card(here: Counter, key: str = "") -> TestResponse:
    body = {"method": "card", "key": key or uuid.uuid4().hex, "return_url": RETURN}
    return here.ask_as_applicant("POST", "/upgrade/payments", body)


def cash(here: Counter, amount: int = DIFFERENCE, who: Actor | None = None, key: str = "") -> TestResponse:
    return here.desk("upgrade-cash", who or officer("cashier"), key, amount=amount, currency="SAR")


def refused(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, str(answer.get_json()["code"])


def arrived(session: Session, payment: str) -> Kind:
    """The provider says it has the money."""
    return settle.by_answer(
        session, GATEWAY, payment, Answer(ProviderStatus.PAID, uuid.uuid4().hex, Money(DIFFERENCE, "SAR"))
    ).kind


@pytest.mark.parametrize(
    ("slug", "after", "tier"),
    [
        ("passport-renewal", "passport-renewal-urgent", None),
        ("passport-first", "passport-first-urgent", None),
        ("passport-damaged", "passport-damaged", "urgent"),
    ],
)
def test_the_difference_makes_it_urgent(counter: At, slug: str, after: str, tier: str | None) -> None:
    here = counter().until("in_review", slug)
    before = here.read()
    told = asked(here).get_json()
    assert [told[name]["amount"] for name in ("price", "paid", "difference")] == [150_000, 75_000, DIFFERENCE]
    assert (told["to"], told["working_days"], told["due_before"]) == (after, 3, before["due_on"])
    assert opened(here).get_json()["amount"] == DIFFERENCE
    assert here.read()["upgrade"]["state"] == "open"
    assert cash(here).status_code == 200
    shown = here.read()
    assert (shown["transaction"], shown["answers"].get("tier")) == (after, tier)
    assert told["due_on"] == shown["due_on"] < before["due_on"]
    assert (shown["upgrade"]["state"], shown["quote"]["state"], shown["status"]) == ("paid", "paid", "in_review")
    assert [line["line"] for line in shown["upgrade"]["lines"]] == ["urgent_difference"]
    assert "upgraded" in [line["code"] for line in shown["timeline"]]
    assert "upgrade" not in shown["allowed"]
    assert refused(asked(here)) == (409, "already_urgent")


def test_an_urgent_lost_passport_still_waits_for_its_clearance(counter: At) -> None:
    here = counter().until("with_authority", "passport-lost")
    assert asked(here).get_json()["due_on"] is None
    opened(here)
    assert cash(here).status_code == 200
    shown = here.read()
    assert (shown["answers"]["tier"], shown["due_on"]) == ("urgent", None)
    assert shown["upgrade"]["total"] == DIFFERENCE


def test_a_card_pays_the_difference(counter: At, provider: InMemoryProvider, database: Databases) -> None:
    here = counter().until("with_authority")
    first, second = card(here, "press").get_json(), card(here, "press").get_json()
    assert first["reference"] == second["reference"]
    assert (first["amount"], first["state"]) == (DIFFERENCE, "pending")
    with database("consular").scope(HOME) as session:
        assert [arrived(session, first["reference"]) for _ in range(2)] == [Kind.SETTLED, Kind.ALREADY]
    shown = here.read()
    assert (shown["transaction"], shown["status"]) == ("passport-renewal-urgent", "with_authority")
    paid = [(one["method"], one["amount"], one["state"], bool(one["receipt"])) for one in shown["payments"]]
    assert paid == [("cash", 75_000, "succeeded", True), ("card", DIFFERENCE, "succeeded", True)]


def test_two_cashiers_take_the_difference_once(counter: At) -> None:
    here = counter().until("in_review")
    opened(here)
    tills = [officer("cashier", name=f"till-{place}") for place in range(3)]
    assert together(*[partial(cash, here, who=till) for till in tills]) == [200, 409, 409]
    paid = [(one["method"], one["amount"], one["state"]) for one in here.read()["payments"]]
    assert paid == [("cash", 75_000, "succeeded"), ("cash", DIFFERENCE, "succeeded")]


def test_the_same_key_takes_the_difference_once(counter: At) -> None:
    here = counter().until("in_review")
    assert opened(here, "press").get_json() == opened(here, "press").get_json()
    assert [cash(here, key="till").status_code for _ in range(2)] == [200, 200]
    paid = [(one["method"], one["amount"], one["state"]) for one in here.read()["payments"]]
    assert paid == [("cash", 75_000, "succeeded"), ("cash", DIFFERENCE, "succeeded")]


@pytest.mark.parametrize("amount", [DIFFERENCE - 1, DIFFERENCE + 1, 150_000])
def test_the_difference_is_taken_to_the_last_coin(counter: At, amount: int) -> None:
    here = counter().until("in_review")
    opened(here)
    assert refused(cash(here, amount)) == (422, "amount_differs")
    assert here.read()["transaction"] == "passport-renewal"


def test_without_a_second_debt_nothing_is_taken(counter: At) -> None:
    here = counter().until("in_review")
    assert refused(cash(here)) == (409, "nothing_owed")


@pytest.mark.parametrize("status", ["awaiting_payment", "ready", "collected"])
def test_before_paying_and_after_printing_nothing_is_made_urgent(counter: At, status: str) -> None:
    here = counter().until(status)
    for answer in (asked(here), opened(here), card(here)):
        assert refused(answer) == (409, "not_possible_now")
    assert "upgrade" not in here.read()["allowed"]


@pytest.mark.parametrize("slug", ["individual-extract", "passport-renewal-urgent"])
def test_what_has_no_faster_way_is_not_upgraded(counter: At, slug: str) -> None:
    here = counter().until("in_review", slug)
    assert refused(asked(here)) == (409, "already_urgent")


def test_money_that_comes_while_it_is_printed_is_held_and_seen(
    counter: At, provider: InMemoryProvider, database: Databases
) -> None:
    here = counter().until("with_authority")
    payment = card(here).get_json()["reference"]
    due = here.read()["due_on"]
    here.grant("passport-renewal")
    assert here.read()["upgrade"]["state"] == "cancelled"
    with database("consular").scope(HOME) as session:
        assert arrived(session, payment) is Kind.HELD
    case = here.client.get(f"/desk/cases/{here.reference}", officer("officer")).get_json()
    assert (case["status"], case["transaction"], case["due_on"]) == ("ready", "passport-renewal", due)
    assert case["exception"] == "payment_late"


def test_printing_and_paying_at_once_leave_one_of_two_true_stories(counter: At) -> None:
    here = counter().until("with_authority")
    opened(here)
    here.stock()

    def grant() -> Any:
        here.decide("granted")
        return type("Done", (), {"status_code": 200})()

    codes = together(grant, partial(cash, here))
    shown = here.read()
    urgent = shown["transaction"] == "passport-renewal-urgent"
    assert shown["status"] == "ready"
    assert (codes, shown["upgrade"]["state"]) == (([200, 200], "paid") if urgent else ([200, 409], "cancelled"))


def test_both_payments_are_owed_back(counter: At, database: Databases) -> None:
    here = counter().until("in_review")
    opened(here)
    cash(here)
    assert here.ask_as_applicant("POST", "/withdraw", {"key": uuid.uuid4().hex}).status_code == 200
    shown = here.read()
    assert sorted(one["amount"] for one in shown["refunds"]) == [DIFFERENCE, 75_000]
    with database("consular").scope(HOME) as session:
        booked = select(Line.amount).join(Entry, Entry.id == Line.entry).where(Entry.about == here.reference)
        assert sum(session.scalars(booked)) == 0


def test_an_open_difference_is_cancelled_with_the_application(counter: At) -> None:
    here = counter().until("in_review")
    opened(here)
    here.desk("refuse", officer("officer"), reason="identity_doubt")
    shown = here.read()
    assert (shown["upgrade"]["state"], [one["amount"] for one in shown["refunds"]]) == ("cancelled", [75_000])


def test_a_promise_still_valid_is_kept(counter: At) -> None:
    here = counter(mission="BER").until("in_review")
    first = opened(here).get_json()["order"]
    assert opened(here).get_json()["order"] == first


def test_another_person_neither_sees_nor_pays_the_difference(counter: At) -> None:
    here, stranger = counter().until("in_review"), counter()
    stranger.reference = here.reference
    assert [asked(stranger).status_code, opened(stranger).status_code] == [404, 404]
