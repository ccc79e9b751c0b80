"""Bank transfers over HTTP: what the payer reads, and what officers decide about money in suspense."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.consular import missions
from services.consular.notices.model import Notice
from services.consular.payments.ledger import entries
from services.consular.payments.refunds import refund
from services.consular.payments.transfers.model import BankDecision
from services.consular.payments.transfers.reference import payer_reference
from shared.database.db import Database
from shared.documents.model import Document
from shared.identity.actor import Actor
from tests.conftest import HOME, ServiceClient, officer
from tests.factories.applications import Counter
from tests.factories.payments import InMemoryProvider
from tests.factories.payments.bank import Movement, Statement, camt, open_account
from tests.factories.payments.card import card
from tests.factories.payments.quotes import expire_quote

CASHIER, HEAD, OFFICER = officer("cashier"), officer("head_of_mission"), officer("officer")
At = Callable[..., Counter]


class Desk:
    """The bank at the desk, over HTTP; its statements go on from test to test."""

    opening = 0

    def __init__(self, client: ServiceClient, database: Database) -> None:
        self.client, self.database = client, database
        with database.scope(HOME) as session:
            open_account(session)
            self.today = missions.today(session, HOME)

    def send(self, content: bytes, actor: Actor = CASHIER) -> TestResponse:
        return self.client.ask("POST", "/desk/bank/statements", actor, query_string={"filename": "x.xml"}, data=content)

    def receive(self, amount: int, text: str, party: str = "Nobody") -> str:
        """One movement comes in; its reference."""
        Desk.opening += 10_000_000
        movement = Movement(amount, self.today, f"{text} {uuid.uuid4().hex}", party=party)
        statement = Statement([movement], self.today, self.today, self.opening, str(self.opening))
        answer = self.send(camt(statement))
        assert (answer.status_code, answer.get_json()["fresh"]) == (201, 1), answer.get_json()
        known = self.client.get("/desk/bank?page=1", CASHIER).get_json()["lines"]
        found = [one["reference"] for one in known if one["text"] == movement.text]
        return str(found[0]) if found else ""

    def act(self, line: str, verb: str, actor: Actor = CASHIER, **body: object) -> TestResponse:
        return self.client.post(f"/desk/bank/lines/{line}/{verb}", actor, {"key": uuid.uuid4().hex, **body})

    def decide(self, decision: str, actor: Actor, verdict: str = "approve") -> TestResponse:
        body = {"key": uuid.uuid4().hex, "verdict": verdict}
        return self.client.post(f"/desk/bank/decisions/{decision}", actor, body)

    def line(self, line: str) -> dict[str, Any]:
        answer = self.client.get(f"/desk/bank/lines/{line}", CASHIER)
        assert answer.status_code == 200, answer.get_json()
        return dict(answer.get_json())

    def balance(self, account: str) -> int:
        with self.database.scope(HOME) as session:
            return entries.balance(session, account, "SAR").amount


@pytest.fixture
def desk(service_client: Callable[[str], ServiceClient], database: Callable[[str], Database]) -> Desk:
    return Desk(service_client("consular"), database("consular"))


def test_the_payer_reads_account_amount_and_reference(desk: Desk, counter: At) -> None:
    here = counter().until("awaiting_payment")
    assert here.ask_as_applicant("POST", "/transfer", {}).status_code == 200
    terms = here.ask_as_applicant("GET", "/transfer").get_json()
    assert terms["account"]["iban"] == "SA03 8000 0000 6080 1016 7519"
    assert terms["reference"] == payer_reference(here.reference)
    assert (terms["amount"], terms["currency"], terms["received"], terms["remaining"]) == (75_000, "SAR", 0, 75_000)
    assert here.read()["transfer_offered"] is True
    desk.receive(70_000, terms["reference"])
    later = here.ask_as_applicant("GET", "/transfer").get_json()
    assert (later["received"], later["remaining"]) == (70_000, 5_000)


def test_nobody_reads_the_terms_of_another(desk: Desk, counter: At) -> None:
    here, other = counter().until("awaiting_payment"), counter()
    answer = here.client.get(f"/applications/{here.reference}/transfer", other.person.actor)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_a_mission_without_an_account_offers_no_transfer(counter: At, desk: Desk) -> None:
    here = counter(mission="JKT").until("awaiting_payment")
    answer = here.ask_as_applicant("POST", "/transfer", {})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "transfer_not_offered")
    assert here.read()["transfer_offered"] is False


def test_a_paid_file_owes_nothing(desk: Desk, counter: At) -> None:
    here = counter().until("in_review")
    answer = here.ask_as_applicant("GET", "/transfer")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "nothing_owed")


def test_an_officer_names_the_application_of_unknown_money(desk: Desk, counter: At) -> None:
    here = counter().until("awaiting_payment")
    line = desk.receive(75_000, "passport", "الحسين رشا")
    shown = desk.line(line)
    (suggested,) = [one for one in shown["suggestions"] if one["application"] == here.reference]
    assert set(suggested["why"]) >= {"amount"}
    assert suggested["why"] != ["amount"]
    answer = desk.act(line, "assign", application=here.reference.lower().replace("-", " "))
    assert answer.status_code == 200 and answer.get_json()["payment"]
    assert here.read()["status"] == "in_review"
    assert (desk.line(line)["open_amount"], desk.line(line)["matches"][0]["kind"]) == (0, "payment")
    again = desk.act(line, "assign", application=here.reference)
    assert (again.status_code, again.get_json()["code"]) == (409, "line_settled")


@pytest.mark.parametrize("typed", ["RUH-AAAAA-AAAAA-A", "nonsense", "BER-7K3MQ-9XFPA-D"])
def test_an_application_that_is_none_is_refused_beside_its_field(desk: Desk, typed: str) -> None:
    line = desk.receive(75_000, "unknown")
    answer = desk.act(line, "assign", application=typed)
    assert (answer.status_code, answer.get_json()["errors"]) == (422, {"application": "application_unknown"})


def test_late_money_is_used_for_a_new_application_of_the_person(desk: Desk, counter: At) -> None:
    old, new = counter().until("awaiting_payment"), counter().until("awaiting_payment")
    assert old.ask_as_applicant("POST", "/withdraw", {"key": "w"}).status_code == 200
    line = desk.receive(75_000, payer_reference(old.reference))
    assert desk.line(line)["reason"] == "late"
    assert desk.act(line, "assign", application=new.reference).status_code == 200
    assert new.read()["status"] == "in_review"
    assert [one["held"] for one in old.read()["payments"]] == [None]


def test_what_a_bank_kept_is_accepted_with_two_signatures(desk: Desk, counter: At) -> None:
    here = counter().until("awaiting_payment")
    before = desk.balance("bank_charges")
    line = desk.receive(74_000, payer_reference(here.reference))
    lacking = desk.act(line, "override", kind="accept_short", reason=" ")
    assert (lacking.status_code, lacking.get_json()["errors"]) == (422, {"reason": "required"})
    proposed = desk.act(line, "override", kind="accept_short", reason="the correspondent bank kept 10")
    decision = proposed.get_json()["decision"]
    assert proposed.status_code == 201
    other = desk.act(line, "override", kind="give_back", reason="x")
    assert (other.status_code, other.get_json()["code"]) == (409, "decision_waiting")
    assert desk.decide(decision, CASHIER).status_code == 403
    signed = desk.decide(decision, OFFICER)
    assert (signed.status_code, signed.get_json()["state"]) == (200, "approved")
    assert here.read()["status"] == "in_review"
    assert desk.balance("bank_charges") - before == 1_000
    assert desk.line(line)["open_amount"] == 0


@pytest.mark.parametrize("arrived", [(74_000,), (30_000, 44_000), (74_999,), (1, 1, 70_000), (1,)])
def test_exactly_what_arrived_goes_back_where_a_bank_kept_the_rest(
    desk: Desk, counter: At, arrived: tuple[int, ...]
) -> None:
    """What never came is owed to nobody, and the mission no longer bears it."""
    here = counter().until("awaiting_payment")
    before = {account: desk.balance(account) for account in ("bank_charges", "suspense", "refunds")}
    lines = [desk.receive(amount, payer_reference(here.reference)) for amount in arrived]
    decision = desk.act(lines[-1], "override", kind="accept_short", reason="kept on the way").get_json()["decision"]
    assert desk.decide(decision, OFFICER).status_code == 200
    assert desk.balance("bank_charges") - before["bank_charges"] == 75_000 - sum(arrived)
    with desk.database.scope(HOME) as session:
        found = (Document.about == here.reference, Document.kind == "receipt")
        receipts = list(session.scalars(select(Document.data).where(*found)))
        noticed = (Notice.about == here.reference, Notice.kind == "payment_received")
        notice = session.scalars(select(Notice.params).where(*noticed)).one()
    assert sorted(one["total"]["amount"] for one in receipts) == sorted(arrived)
    borne = [one["borne"] for one in receipts if one["borne"]]
    assert borne == [{"amount": 75_000 - sum(arrived), "currency": "SAR"}]
    assert notice["amount"] == arrived[-1], "the notice is of the transfer that made the whole"
    assert here.ask_as_applicant("POST", "/withdraw", {"key": "w"}).status_code == 200
    with desk.database.scope(HOME) as session:
        assert sorted(one.amount for one in refund.of_application(session, here.reference)) == sorted(arrived)
    assert desk.balance("bank_charges") == before["bank_charges"]
    assert desk.balance("suspense") == before["suspense"]
    assert before["refunds"] - desk.balance("refunds") == sum(arrived)


def test_money_of_an_expired_price_is_accepted_with_two_signatures(
    desk: Desk, counter: At, provider: InMemoryProvider
) -> None:
    """A card page is open, so that the price cannot be worked out again."""
    here = counter().until("awaiting_payment")
    assert card(here).status_code == 201
    expire_quote(desk.database, here.reference, days=2)
    line = desk.receive(75_000, payer_reference(here.reference))
    assert desk.line(line)["reason"] == "late"
    decision = desk.act(line, "override", kind="accept_late", reason="sent in time").get_json()["decision"]
    assert desk.decide(decision, OFFICER).status_code == 200
    assert here.read()["status"] == "in_review"
    assert desk.line(line)["open_amount"] == 0


def test_nobody_signs_their_own_override(desk: Desk) -> None:
    line = desk.receive(500, "somebody")
    decision = desk.act(line, "override", HEAD, kind="give_back", reason="unknown sender").get_json()["decision"]
    own = desk.decide(decision, HEAD)
    assert (own.status_code, own.get_json()["code"]) == (422, "own_proposal")
    owed = desk.balance("refunds")
    assert desk.decide(decision, OFFICER).status_code == 200
    assert desk.balance("refunds") == owed - 500
    again = desk.decide(decision, OFFICER)
    assert (again.status_code, again.get_json()["code"]) == (409, "already_decided")
    with desk.database.scope(HOME) as session:
        row = session.scalars(select(BankDecision).where(BankDecision.line == line)).one()
        assert (row.proposed_by, row.decided_by) == (HEAD.id, OFFICER.id)


def test_a_declined_override_changes_nothing(desk: Desk) -> None:
    line = desk.receive(500, "somebody")
    decision = desk.act(line, "override", kind="give_back", reason="unknown sender").get_json()["decision"]
    assert desk.decide(decision, OFFICER, "decline").get_json() == {"state": "declined"}
    assert desk.line(line)["open_amount"] == 500


@pytest.mark.parametrize(("amount", "verb", "kind", "code"), [
    (500, "book", "refund_paid", "wrong_direction"),
    (-500, "book", "deposit", "wrong_direction"),
    (500, "book", "anything", "invalid"),
    (500, "override", "bank_charge", "wrong_direction"),
    (-500, "override", "give_back", "wrong_direction"),
    (500, "override", "accept_short", "not_short"),
    (500, "override", "accept_late", "not_late"),
    (500, "override", "anything", "invalid"),
])  # fmt: skip
def test_what_does_not_go_with_a_line_is_refused(desk: Desk, amount: int, verb: str, kind: str, code: str) -> None:
    answer = desk.act(desk.receive(amount, "x"), verb, kind=kind, reason="because")
    assert answer.status_code == 422
    said = answer.get_json()
    assert said["code"] == code if code != "invalid" else said["errors"] == {"kind": "unknown_choice"}


@pytest.mark.parametrize(("amount", "kind"), [(-500, "refund_paid"), (500, "refund_returned")])
@pytest.mark.parametrize(("typed", "code"), [
    ({}, "refund_needed"), ({"refund": ""}, "refund_needed"), ({"refund": " - "}, "refund_needed"),
    ({"refund": "nonsense"}, "refund_unknown"), ({"refund": "RUH-FAAAA-AAAAA-A"}, "refund_unknown"),
    ({"refund": "x" * 301}, "too_long"),
])  # fmt: skip
def test_a_movement_of_a_refund_names_it(desk: Desk, amount: int, kind: str, typed: dict[str, str], code: str) -> None:
    line, owed = desk.receive(amount, "x"), desk.balance("refunds")
    answer = desk.act(line, "book", CASHIER, kind=kind, **typed)
    assert (answer.status_code, answer.get_json()["errors"]) == (422, {"refund": code})
    assert (desk.line(line)["open_amount"], desk.balance("refunds")) == (amount, owed)


@pytest.mark.parametrize(("amount", "verb", "kind", "account", "change"), [
    (90_000, "book", "deposit", "deposits", -90_000),
    (60_000, "book", "card_payout", "card", -60_000),
    (-700, "override", "bank_charge", "bank_charges", 700),
])  # fmt: skip
def test_a_line_is_booked_to_the_account_it_belongs_to(
    desk: Desk, amount: int, verb: str, kind: str, account: str, change: int
) -> None:
    bank, before, suspense = desk.balance("bank"), desk.balance(account), desk.balance("suspense")
    line = desk.receive(amount, "x")
    answer = desk.act(line, verb, kind=kind, reason="as on paper")
    if verb == "override":
        assert desk.decide(answer.get_json()["decision"], OFFICER).status_code == 200
    assert desk.balance("bank") - bank == amount
    assert desk.balance(account) - before == change
    assert desk.balance("suspense") == suspense


def test_who_takes_a_line_over_has_it(desk: Desk) -> None:
    line = desk.receive(500, "x")
    assert desk.act(line, "take").get_json() == {"owner": CASHIER.id}
    assert desk.line(line)["owner"] == CASHIER.id


def test_a_repeated_request_has_the_answer_of_the_first(desk: Desk, counter: At) -> None:
    here = counter().until("awaiting_payment")
    line = desk.receive(75_000, "unknown")
    answers = [desk.act(line, "assign", key="one", application=here.reference).get_json() for _ in range(2)]
    assert answers[0] == answers[1]


def test_the_desk_of_another_mission_sees_nothing(desk: Desk) -> None:
    line = desk.receive(500, "x")
    elsewhere = officer("cashier", "BER")
    assert desk.client.get(f"/desk/bank/lines/{line}", elsewhere).status_code == 404
    assert desk.act(line, "take", elsewhere).status_code == 404
    assert desk.client.get("/desk/bank", elsewhere).get_json()["lines"] == []


@pytest.mark.parametrize("role", ["clerk", "administrator", "registrar"])
def test_the_bank_is_for_few_roles(desk: Desk, role: str) -> None:
    assert desk.client.get("/desk/bank", officer(role)).status_code == 403
    assert desk.client.get("/desk/books", officer(role)).status_code == 403


def test_a_file_that_is_none_is_answered_beside_its_field(desk: Desk) -> None:
    answer = desk.send(b"hello")
    assert (answer.status_code, answer.get_json()["errors"]) == (422, {"file": "statement_unknown_format"})


def test_a_file_larger_than_any_other_is_read_up_to_50_megabytes(desk: Desk) -> None:
    padded = b"<?xml version='1.0'?>" + b"\n" * 12_000_000 + b"<html/>"
    assert desk.send(padded).get_json()["errors"] == {"file": "statement_unknown_format"}
    answer = desk.send(bytes(51 * 1024 * 1024))
    assert (answer.status_code, answer.get_json()["code"]) == (413, "statement_too_large")


def test_the_books_say_what_was_taken_what_is_in_suspense_and_what_is_owed_back(desk: Desk, counter: At) -> None:
    here = counter().until("awaiting_payment")
    desk.receive(75_000, payer_reference(here.reference))
    desk.receive(333, "nobody's")
    books = desk.client.get("/desk/books", CASHIER).get_json()
    assert books["day"] == desk.today.isoformat()
    (sar,) = [one for one in books["taken"] if one["currency"] == "SAR"]
    assert sar["amount"] == sar["days"][-1]["amount"] >= 75_000
    assert len(sar["days"]) == 14
    assert any(one["method"] == "transfer" for one in books["methods"])
    assert next(one for one in books["suspense"] if one["age"] == "today")["count"] >= 1
    earlier = (desk.today - timedelta(days=40)).isoformat()
    assert desk.client.get(f"/desk/books?on={earlier}", CASHIER).get_json()["taken"] == []
    wrong = desk.client.get("/desk/books?on=yesterday", CASHIER)
    assert (wrong.status_code, wrong.get_json()["errors"]) == (422, {"on": "not_a_date"})
