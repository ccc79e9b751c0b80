"""Cash taken by mistake leaves the till again by two signatures; nothing is erased, and the fee can be paid anew."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.model import Entry
from services.consular.payments.orders import parts
from services.consular.payments.orders.model import Attempt, Order, Receipt
from services.consular.payments.tills import till
from services.consular.workflow.bulk_action import approve, propose
from services.consular.workflow.money.settle import by_cash, part_by_cash
from shared.database.db import Database
from shared.documents import find as find_document
from shared.errors import Conflict, Invalid, NotAllowed
from shared.identity.actor import Actor
from shared.values.money import Money
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.applications.deadlines import notices
from tests.factories.payments import InMemoryProvider
from tests.factories.payments.card import card, notify
from tests.factories.refusals import refuses

At = Callable[..., Counter]
HEAD, SECOND = officer("head_of_mission"), officer(name="second")


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


def paid_in_cash(counter: At) -> tuple[Counter, dict[str, Any]]:
    here = counter().until("awaiting_payment")
    assert here.pay().status_code == 200
    return here, here.read()["payments"][-1]


def proposed(database: Database, payment: str) -> str:
    with database.scope(HOME) as session:
        terms = {"void_payment": payment, "void_reason": "Entered on the wrong case"}
        return propose(session, HEAD, "cash_reversal", terms).reference


def signed(database: Database, proposal: str, who: Actor = SECOND) -> None:
    with database.scope(HOME) as session:
        approve(session, who, proposal)


def test_two_people_take_it_back_and_the_fee_is_paid_anew(counter: At, consular: Database) -> None:
    here, payment = paid_in_cash(counter)
    with consular.scope(HOME) as session:
        taker = session.get_one(Attempt, payment["reference"]).opened_by
        before = entries.balance(session, accounts.cash_of(taker), "SAR")
    proposal = proposed(consular, payment["reference"])
    with refuses("own_proposal"):
        signed(consular, proposal, HEAD)
    assert here.read()["status"] == "in_review"
    signed(consular, proposal)
    shown = here.read()
    assert (shown["status"], shown["payments"][-1]["state"]) == ("awaiting_payment", "voided")
    assert (shown["timeline"][-1]["code"], notices(consular, here.reference)[-1]) == ("payment_voided",) * 2
    with consular.scope(HOME) as session:
        assert before - entries.balance(session, accounts.cash_of(taker), "SAR") == Money(
            payment["amount"], payment["currency"]
        )
        kinds = session.scalars(select(Entry.kind).where(Entry.about == here.reference).order_by(Entry.kind)).all()
        assert kinds == ["payment", "reversal"]
        receipt = session.scalars(select(Receipt).where(Receipt.attempt == payment["reference"])).one()
        assert (receipt.number, find_document(session, receipt.document).status) == (payment["receipt"], "revoked")
    assert here.pay().status_code == 200
    again = here.read()
    assert (again["status"], [one["state"] for one in again["payments"]]) == ("in_review", ["voided", "succeeded"])
    number = int(str(again["payments"][-1]["receipt"]).rsplit("-", 1)[1])
    assert number > int(payment["receipt"].rsplit("-", 1)[1])


def test_the_key_of_voided_cash_pays_nothing_again(counter: At, consular: Database) -> None:
    here, payment = paid_in_cash(counter)
    signed(consular, proposed(consular, payment["reference"]))
    with consular.scope(HOME) as session:
        row = session.get_one(Attempt, payment["reference"])
        cashier, money, key = Actor("officer", row.opened_by, "cashier", HOME), row.money, row.key
    with consular.scope(HOME) as session, refuses("key_reused", Conflict):
        by_cash(session, cashier, here.reference, money, key)
    assert here.read()["status"] == "awaiting_payment"


def part_in_cash(counter: At, consular: Database, *amounts: int) -> tuple[Counter, Actor, list[str]]:
    """A file of which parts have come; the cashier, and the payments."""
    here, cashier = counter().until("awaiting_payment"), officer("cashier", name=uuid.uuid4().hex)
    kept = []
    with consular.scope(HOME) as session:
        till.open_till(session, cashier, "SAR", {})
        for amount in amounts:
            money, key = Money(amount, "SAR"), f"{here.reference}/{amount}"
            kept.append(part_by_cash(session, cashier, here.reference, money, key).reference)
    return here, cashier, kept


def test_a_part_is_taken_back_and_the_other_stays(counter: At, consular: Database) -> None:
    here, cashier, (first, other) = part_in_cash(counter, consular, 20_000, 5_000)
    with consular.scope(HOME) as session:
        before = entries.balance(session, accounts.SUSPENSE, "SAR")
    signed(consular, proposed(consular, first))
    shown = here.read()
    assert (shown["status"], shown["timeline"][-1]["code"]) == ("awaiting_payment", "payment_voided")
    assert notices(consular, here.reference)[-1] == "payment_voided"
    with consular.scope(HOME) as session:
        assert entries.balance(session, accounts.cash_of(cashier.id), "SAR") == Money(5_000, "SAR")
        assert entries.balance(session, accounts.SUSPENSE, "SAR") - before == Money(20_000, "SAR")
        states = {reference: session.get_one(Attempt, reference) for reference in (first, other)}
        assert [(row.state, row.held) for row in states.values()] == [("voided", None), ("succeeded", "part")]
        receipt = session.scalars(select(Receipt).where(Receipt.attempt == first)).one()
        assert find_document(session, receipt.document).status == "revoked"
    with refuses("void_not_cash", Invalid):
        proposed(consular, first)
    with consular.scope(HOME) as session, refuses("key_reused", Conflict):
        part_by_cash(session, cashier, here.reference, Money(20_000, "SAR"), f"{here.reference}/20000")
    with consular.scope(HOME) as session:
        by_cash(session, cashier, here.reference, Money(70_000, "SAR"), f"{here.reference}/rest")
        assert entries.balance(session, accounts.SUSPENSE, "SAR") - before == Money(25_000, "SAR")
    assert here.read()["status"] == "in_review"


def test_a_part_of_a_paid_fee_waits_until_the_last_payment_is_taken_back(counter: At, consular: Database) -> None:
    here, cashier, (part,) = part_in_cash(counter, consular, 20_000)
    waiting = proposed(consular, part)
    with consular.scope(HOME) as session:
        last = by_cash(session, cashier, here.reference, Money(55_000, "SAR"), f"{here.reference}/rest").reference
    with refuses("void_too_late", Conflict):
        signed(consular, waiting)
    signed(consular, proposed(consular, last))
    signed(consular, waiting)
    with consular.scope(HOME) as session:
        assert entries.balance(session, accounts.cash_of(cashier.id), "SAR") == Money(0, "SAR")
        order = session.get_one(Attempt, part).order
        assert parts.of_order(session, session.get_one(Order, order)) == []


def test_it_is_voided_once(counter: At, consular: Database) -> None:
    _, payment = paid_in_cash(counter)
    first, second = (proposed(consular, payment["reference"]) for _ in range(2))
    signed(consular, first)
    with refuses("void_not_cash", Conflict):
        signed(consular, second)


def test_what_left_the_till_or_went_on_is_a_refund(counter: At, consular: Database) -> None:
    here, payment = paid_in_cash(counter)
    proposal = proposed(consular, payment["reference"])
    with consular.scope(HOME) as session:
        row = session.get_one(Attempt, payment["reference"])
        cashier = Actor("officer", row.opened_by, "cashier", HOME)
        till.close_till(session, cashier, str(row.till), {})
    with refuses("void_till_closed", Conflict):
        signed(consular, proposal)
    assert here.read()["status"] == "in_review"
    other, second = paid_in_cash(counter)
    waiting = proposed(consular, second["reference"])
    other.ask_as_applicant("POST", "/withdraw", {"key": "k"})
    with refuses("void_too_late", Conflict):
        signed(consular, waiting)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "invalid"),
        ("RUH-P2222-22222-2", "void_unknown"),
        ("BER-7K3MQ-9XFPA-D", "void_unknown"),
        ("nonsense", "void_unknown"),
        ("x" * 41, "invalid"),
    ],
)
def test_a_payment_that_is_none_is_refused_beside_its_field(consular: Database, typed: str, code: str) -> None:
    with refuses(code, Invalid) as refused:
        proposed(consular, typed)
    assert isinstance(refused.value, Invalid) and set(refused.value.errors) == {"void_payment"}


def test_card_money_is_never_voided(counter: At, provider: InMemoryProvider, consular: Database) -> None:
    here = counter().until("awaiting_payment")
    reference = card(here).get_json()["reference"]
    provider.choose(reference, "pay")
    notify(here, provider, reference)
    with refuses("void_not_cash", Invalid):
        proposed(consular, reference)


@pytest.mark.parametrize("role", ["cashier", "clerk", "officer", "auditor"])
def test_a_void_is_proposed_by_few(counter: At, consular: Database, role: str) -> None:
    _, payment = paid_in_cash(counter)
    with consular.scope(HOME) as session, refuses("not_allowed", NotAllowed):
        propose(session, officer(role), "cash_reversal", {"void_payment": payment["reference"], "void_reason": "x"})
