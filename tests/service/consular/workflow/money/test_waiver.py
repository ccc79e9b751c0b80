"""A fee is waived for proven hardship by two people; a payment, a lapse and a waiver of one fee have one winner."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.approvals.model import Proposal
from services.consular.payments.collection import take
from services.consular.payments.collection.rules import Kind
from services.consular.payments.ledger import entries
from services.consular.payments.orders.model import Order
from services.consular.payments.providers.rules import Answer, ProviderStatus
from services.consular.workflow import bulk_action, lapse
from services.consular.workflow.money import settle
from shared.database.db import Database
from shared.errors import Refusal
from shared.identity.actor import Actor, service
from shared.values.money import Money
from tests.conftest import ServiceClient, expatriate, officer
from tests.factories.applications import Counter
from tests.factories.approvals import Signing
from tests.factories.concurrency import at_once
from tests.factories.payments import JOB, InMemoryProvider, open_till, paid

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("empty_files")]

At = Callable[..., Counter]
Databases = Callable[[str], Database]


@pytest.fixture
def desk(service_client: Callable[[str], ServiceClient]) -> Signing:
    return Signing(service_client("consular"), "RUH")


def terms(reference: str, **change: str) -> dict[str, Any]:
    asked = {
        "waiver_reference": reference,
        "waiver_reason": "Specimen certificate of need",
        "law_source": "Law 19/2023",
    }
    return {**asked, **change}


def test_a_waived_application_goes_to_review_without_money(counter: At, desk: Signing, database: Databases) -> None:
    filed = counter().until("awaiting_payment")
    look = desk.look("waiver", terms(filed.reference.lower())).get_json()
    assert look["preview"] == {"applications": 1, "money": [{"currency": "SAR", "amount": 75_000}]}
    signed = desk.signed("waiver", terms(filed.reference))
    assert (signed["state"], signed["approver"]) == ("done", desk.second.id)
    shown = filed.read()
    assert (shown["status"], shown["timeline"][-1]["code"]) == ("in_review", "waived")
    assert shown["payments"] == [] and shown["due_on"] is not None
    assert "fee_waived" in [notice["kind"] for notice in shown["notices"]]
    with database("consular").scope("RUH") as session:
        order = session.scalars(select(Order).where(Order.application == filed.reference)).one()
        kept = session.get_one(Proposal, signed["reference"])
        assert (order.state, kept.params["law_source"], kept.proposer) == ("waived", "Law 19/2023", desk.head.id)
        assert [entry for entry in entries.balances(session) if entry[1] == "SAR"] == []


def test_nobody_signs_their_own_waiver_and_clerks_propose_none(counter: At, desk: Signing) -> None:
    filed = counter().until("awaiting_payment")
    made = desk.propose("waiver", terms(filed.reference)).get_json()
    own = desk.decide(made["reference"], who=desk.head)
    assert (own.status_code, own.get_json()["code"]) == (422, "own_proposal")
    assert desk.propose("waiver", terms(filed.reference), officer("clerk")).status_code == 403
    assert desk.propose("waiver", terms(filed.reference), expatriate(str(uuid.uuid4()))).status_code == 403


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"waiver_reason": ""}, {"waiver_reason": "required"}),
        ({"law_source": ""}, {"law_source": "required"}),
        ({"waiver_reference": ""}, {"waiver_reference": "required"}),
        ({"waiver_reference": "RUH-AAAAA-AAAAA-A"}, {"waiver_reference": "waiver_unknown"}),
        ({"waiver_reason": "x" * 301}, {"waiver_reason": "too_long"}),
    ],
)
def test_bad_terms_name_their_field(counter: At, desk: Signing, change: dict[str, str], errors: dict[str, str]) -> None:
    filed = counter().until("awaiting_payment")
    refused = desk.look("waiver", terms(filed.reference, **change))
    assert (refused.status_code, refused.get_json()["errors"]) == (422, errors)


def test_another_missions_application_does_not_exist_here(counter: At, desk: Signing) -> None:
    filed = counter(mission="BER").until("awaiting_payment")
    assert desk.look("waiver", terms(filed.reference)).get_json()["errors"] == {"waiver_reference": "waiver_unknown"}


def test_what_is_paid_or_being_paid_is_not_waived(counter: At, desk: Signing, database: Databases) -> None:
    settled = counter().until("in_review")
    refused = desk.look("waiver", terms(settled.reference)).get_json()
    assert refused["errors"] == {"waiver_reference": "not_possible_now"}
    paying = counter().until("awaiting_payment")
    made = desk.propose("waiver", terms(paying.reference)).get_json()["reference"]
    with database("consular").scope("RUH") as session:
        order = session.scalars(select(Order).where(Order.application == paying.reference)).one().reference
        take.open_attempt(session, JOB, order, "open-page")
    assert desk.look("waiver", terms(paying.reference)).get_json()["errors"] == {"waiver_reference": "payment_open"}
    held = desk.decide(made)
    assert (held.status_code, held.get_json()["code"]) == (409, "payment_open")


def test_money_that_comes_after_a_waiver_is_held_and_named(counter: At, desk: Signing, database: Databases) -> None:
    filed = counter().until("awaiting_payment")
    with database("consular").scope("RUH") as session:
        order = session.scalars(select(Order).where(Order.application == filed.reference)).one().reference
        attempt = take.open_attempt(session, JOB, order, "late-page").reference
        take.record_answer(session, JOB, attempt, Answer(ProviderStatus.FAILED))
    desk.signed("waiver", terms(filed.reference))
    with database("consular").scope("RUH") as session:
        outcome = settle.by_answer(session, JOB, attempt, paid(Money(75_000, "SAR")))
        assert (outcome.kind, outcome.payment.held) == (Kind.HELD, "late")
    with database("consular").scope("RUH") as session:
        application = session.get_one(Application, filed.reference)
        assert (application.status, application.exception) == ("in_review", "payment_late")


ROUNDS = 6


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_waiver_payment_and_lapse_have_one_winner(counter: At, desk: Signing, database: Databases, round_: int) -> None:
    consular, filed = database("consular"), counter().until("awaiting_payment")
    made = desk.propose("waiver", terms(filed.reference)).get_json()["reference"]
    cashier = Actor("officer", f"cashier-{round_}", "cashier", "RUH")
    provider = InMemoryProvider()
    with consular.scope("RUH") as session:
        over = missions.today(session, "RUH") + timedelta(days=30)
        open_till(session, cashier, "SAR")

    def waive() -> str:
        with consular.scope("RUH") as session:
            bulk_action.approve(session, desk.second, made)
        return "waived"

    def pay() -> str:
        with consular.scope("RUH") as session:
            settle.by_cash(session, cashier, filed.reference, Money(75_000, "SAR"), uuid.uuid4().hex)
        return "paid"

    def end() -> str:
        ended = lapse.query_and_lapse(consular, service("consular", "RUH"), provider, filed.reference, over)
        return "lapsed" if ended else ""

    outcomes = at_once([waive, pay, end])
    winners = [outcome for outcome in outcomes if outcome in ("waived", "paid", "lapsed")]
    assert len(winners) == 1, outcomes
    assert all(outcome in ("", *winners) or isinstance(outcome, Refusal) for outcome in outcomes)
    status = {"waived": "in_review", "paid": "in_review", "lapsed": "lapsed"}[str(winners[0])]
    state = {"waived": "waived", "paid": "paid", "lapsed": "cancelled"}[str(winners[0])]
    with consular.scope("RUH") as session:
        order = session.scalars(select(Order).where(Order.application == filed.reference)).one()
        assert (session.get_one(Application, filed.reference).status, order.state) == (status, state)
