"""Movements that the mission caused itself: refunds the bank paid and cash it was brought."""

import os
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select, update

from services.consular import missions
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.model import Entry
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.refunds.model import Refund
from services.consular.payments.tills.model import Deposit
from services.consular.payments.transfers.import_statement import import_file
from services.consular.payments.transfers.model import BankAccount, BankLine
from services.consular.views.money.bank import detail
from services.consular.workflow.money import refunds
from services.consular.workflow.money.transfers import bank_decisions, settle_transfer
from shared.database.db import Database, now
from shared.errors import Conflict, Invalid, Refusal
from shared.identity.actor import Actor, service
from shared.values import references
from shared.values.money import Money
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.concurrency import at_once
from tests.factories.payments.bank import Movement, Statement, camt, mt940, open_account
from tests.factories.refusals import refuses

CASHIER, HEAD = officer("cashier"), officer("head_of_mission")
JOB: Actor = service("consular", HOME)
ROUNDS = 50 if os.environ.get("MAHJAR_FULL") else 3
At = Callable[..., Counter]


class Bank:
    """What the mission's bank shows, line by line."""

    statements = 0

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.scope(HOME) as session:
            if session.scalar(select(BankAccount.id)) is None:
                open_account(session)
            self.today = missions.today(session, HOME)

    def show(self, amount: int, text: str, write: Callable[..., bytes] = camt) -> BankLine:
        Bank.statements += 1
        movement = Movement(amount, self.today, text, f"OWN{Bank.statements}")
        opening = 10**9 + Bank.statements * 10**7
        statement = Statement([movement], self.today, self.today, opening, str(Bank.statements))
        with self.database.scope(HOME) as session:
            import_file(session, CASHIER, "x", write(statement))
        settle_transfer.settle_new(self.database, JOB, 10)
        with self.database.scope(HOME) as session:
            return session.scalars(select(BankLine).where(BankLine.bank_reference == movement.reference)).one()

    def balance(self, account: str) -> int:
        with self.database.scope(HOME) as session:
            return entries.balance(session, account, "SAR").amount


@pytest.fixture
def bank(database: Callable[[str], Database]) -> Bank:
    return Bank(database("consular"))


def sent_refund(bank: Bank, counter: At) -> Refund:
    """A refund that is in a file for the bank."""
    here = counter().until("in_review")
    assert here.ask_as_applicant("POST", "/withdraw", {"key": "w"}).status_code == 200
    with bank.database.scope(HOME) as session:
        refund = session.scalars(select(Refund).order_by(Refund.marked_at.desc(), Refund.reference).limit(1)).one()
        session.execute(
            update(Refund)
            .where(Refund.reference == refund.reference)
            .values(
                method="transfer", iban="SA4420000001234567891234", account_holder="Rasha", state="sent",
                proposed_by="a", approved_by="b", proposed_at=func.now(), approved_at=func.now(), sent_at=func.now(),
            )
        )  # fmt: skip
    return refund


@pytest.mark.parametrize("write", [camt, mt940])
def test_a_refund_on_a_statement_is_paid(bank: Bank, counter: At, write: Callable[..., bytes]) -> None:
    refund = sent_refund(bank, counter)
    owed, held, suspense = (bank.balance(name) for name in (accounts.REFUNDS, accounts.BANK, accounts.SUSPENSE))
    line = bank.show(-refund.amount, f"EREF {refund.reference.lower()}", write)
    assert (line.open_amount, line.reason) == (0, None)
    with bank.database.scope(HOME) as session:
        assert session.get_one(Refund, refund.reference).state == "paid"
    assert bank.balance(accounts.REFUNDS) - owed == refund.amount
    assert bank.balance(accounts.BANK) - held == -refund.amount
    assert bank.balance(accounts.SUSPENSE) == suspense


def test_a_refund_that_was_confirmed_before_leaves_the_bank_once(bank: Bank, counter: At) -> None:
    refund = sent_refund(bank, counter)
    held, suspense = bank.balance(accounts.BANK), bank.balance(accounts.SUSPENSE)
    with bank.database.scope(HOME) as session:
        refunds.confirm_transfer(session, CASHIER, refund.reference, refund.money)
    line = bank.show(-refund.amount, refund.reference)
    assert line.open_amount == 0
    assert bank.balance(accounts.BANK) - held == -refund.amount
    assert bank.balance(accounts.SUSPENSE) == suspense


def test_the_same_refund_twice_or_in_another_amount_is_for_an_officer(bank: Bank, counter: At) -> None:
    refund = sent_refund(bank, counter)
    other = bank.show(-refund.amount + 1, refund.reference)
    assert (other.reason, other.open_amount) == ("outgoing", -refund.amount + 1)
    assert bank.show(-refund.amount, refund.reference).open_amount == 0
    assert bank.show(-refund.amount, f"again {refund.reference}").reason == "outgoing"


def state_of(bank: Bank, refund: Refund) -> str:
    with bank.database.scope(HOME) as session:
        return session.get_one(Refund, refund.reference).state


@pytest.mark.parametrize("write", [camt, mt940])
def test_a_refund_that_the_bank_sends_back_is_owed_again(bank: Bank, counter: At, write: Callable[..., bytes]) -> None:
    refund = sent_refund(bank, counter)
    owed, held, suspense = (bank.balance(name) for name in (accounts.REFUNDS, accounts.BANK, accounts.SUSPENSE))
    bank.show(-refund.amount, f"EREF {refund.reference}", write)
    other = bank.show(refund.amount - 500, f"RETURN {refund.reference}", write)
    assert (other.open_amount, state_of(bank, refund)) == (refund.amount - 500, "paid")
    line = bank.show(refund.amount, f"RETURN {refund.reference}", write)
    assert (line.open_amount, line.reason, state_of(bank, refund)) == (0, None, "failed")
    again = bank.show(refund.amount, f"TWICE {refund.reference}", write)
    assert again.open_amount == refund.amount
    assert bank.balance(accounts.REFUNDS) == owed
    unclear = other.open_amount + again.open_amount
    assert bank.balance(accounts.BANK) - held == unclear == suspense - bank.balance(accounts.SUSPENSE)


def test_a_return_that_an_officer_recorded_comes_back_to_the_bank_once(bank: Bank, counter: At) -> None:
    refund = sent_refund(bank, counter)
    owed, held, suspense = (bank.balance(name) for name in (accounts.REFUNDS, accounts.BANK, accounts.SUSPENSE))
    bank.show(-refund.amount, refund.reference)
    with bank.database.scope(HOME) as session:
        refunds.confirm_transfer(session, CASHIER, refund.reference, refund.money, "returned_by_bank")
    assert bank.show(refund.amount, f"back {refund.reference}").open_amount == 0
    now_held = (bank.balance(name) for name in (accounts.REFUNDS, accounts.BANK, accounts.SUSPENSE))
    assert (*now_held, state_of(bank, refund)) == (owed, held, suspense, "failed")


def booked(bank: Bank, line: BankLine, refund: Refund, kind: str = "refund_paid") -> int:
    """An officer says that a movement is a refund; what is left of it."""
    with bank.database.scope(HOME) as session:
        return bank_decisions.book(session, CASHIER, line.reference, kind, f" {refund.reference.lower()} ").open_amount


def suggested(bank: Bank, line: BankLine) -> dict[str, list[str]]:
    with bank.database.scope(HOME) as session:
        return {one["refund"]: one["why"] for one in detail(session, CASHIER, line.reference)["refunds"]}


def test_a_movement_without_a_reference_pays_the_refund_that_an_officer_names_once(bank: Bank, counter: At) -> None:
    refund = sent_refund(bank, counter)
    owed, held, suspense = (bank.balance(name) for name in (accounts.REFUNDS, accounts.BANK, accounts.SUSPENSE))
    line = bank.show(-refund.amount, "no reference")
    assert (line.reason, suggested(bank, line)[refund.reference]) == ("outgoing", ["amount"])
    assert (booked(bank, line, refund), state_of(bank, refund)) == (0, "paid")
    with bank.database.scope(HOME) as session, refuses("refund_paid", Conflict):
        refunds.confirm_transfer(session, CASHIER, refund.reference, refund.money)
    other = bank.show(-refund.amount, "another one")
    assert refund.reference not in suggested(bank, other)
    with refuses("refund_paid", Invalid) as refused:
        booked(bank, other, refund)
    assert refused.value.errors == {"refund": "refund_paid"}
    assert bank.balance(accounts.REFUNDS) - owed == refund.amount
    assert bank.balance(accounts.BANK) - held == -2 * refund.amount
    assert bank.balance(accounts.SUSPENSE) - suspense == refund.amount


def test_one_movement_may_have_several_refunds_and_the_charges_of_the_bank(bank: Bank, counter: At) -> None:
    both = [sent_refund(bank, counter) for _ in range(2)]
    line = bank.show(-both[0].amount - both[1].amount - 700, "all of them")
    assert booked(bank, line, both[0]) == -both[1].amount - 700
    with refuses("refund_paid", Invalid):
        booked(bank, line, both[0])
    assert booked(bank, line, both[1]) == -700
    with bank.database.scope(HOME) as session:
        proposed = bank_decisions.propose(session, CASHIER, line.reference, "bank_charge", "charges").reference
        bank_decisions.decide(session, HEAD, proposed, approved=True)
        assert session.get_one(BankLine, line.reference).open_amount == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"state": "approved"}, "refund_not_sent"),
        ({"state": "due"}, "refund_not_sent"),
        ({"method": "cash", "iban": None, "account_holder": None}, "refund_not_sent"),
        ({"amount": 99_999_999}, "refund_differs"),
    ],
)
def test_a_movement_is_not_the_payment_of_a_refund_that_is_not_with_the_bank_or_larger(
    bank: Bank, counter: At, changed: dict[str, object], code: str
) -> None:
    refund = sent_refund(bank, counter)
    line = bank.show(-refund.amount, "no reference")
    with bank.database.scope(HOME) as session:
        session.execute(update(Refund).where(Refund.reference == refund.reference).values(**changed))
    with refuses(code, Invalid):
        booked(bank, line, refund)
    with bank.database.scope(HOME) as session:
        assert session.get_one(BankLine, line.reference).open_amount == line.amount


def test_a_movement_without_a_reference_brings_back_the_refund_that_an_officer_names(bank: Bank, counter: At) -> None:
    refund = sent_refund(bank, counter)
    owed, held, suspense = (bank.balance(name) for name in (accounts.REFUNDS, accounts.BANK, accounts.SUSPENSE))
    back = bank.show(refund.amount, "came back")
    with refuses("refund_not_paid", Invalid):
        booked(bank, back, refund, "refund_returned")
    bank.show(-refund.amount, refund.reference)
    assert suggested(bank, back)[refund.reference] == ["amount"]
    assert (booked(bank, back, refund, "refund_returned"), state_of(bank, refund)) == (0, "failed")
    now_held = tuple(bank.balance(name) for name in (accounts.REFUNDS, accounts.BANK, accounts.SUSPENSE))
    assert now_held == (owed, held, suspense)


def test_a_recorded_return_has_its_movement_once(bank: Bank, counter: At) -> None:
    refund = sent_refund(bank, counter)
    owed, held, suspense = (bank.balance(name) for name in (accounts.REFUNDS, accounts.BANK, accounts.SUSPENSE))
    bank.show(-refund.amount, refund.reference)
    with bank.database.scope(HOME) as session:
        refunds.confirm_transfer(session, CASHIER, refund.reference, refund.money, "returned_by_bank")
    assert booked(bank, bank.show(refund.amount, "back"), refund, "refund_returned") == 0
    now_held = tuple(bank.balance(name) for name in (accounts.REFUNDS, accounts.BANK, accounts.SUSPENSE))
    assert now_held == (owed, held, suspense)
    with refuses("refund_not_paid", Invalid):
        booked(bank, bank.show(refund.amount, "back again"), refund, "refund_returned")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_confirming_and_booking_at_one_moment_pay_a_refund_once(bank: Bank, counter: At, _round: int) -> None:
    refund = sent_refund(bank, counter)
    owed, held, suspense = (bank.balance(name) for name in (accounts.REFUNDS, accounts.BANK, accounts.SUSPENSE))
    lines = [bank.show(-refund.amount, f"no reference {number}") for number in range(2)]

    def confirm() -> str:
        with bank.database.scope(HOME) as session:
            return refunds.confirm_transfer(session, CASHIER, refund.reference, refund.money).state

    results = at_once([confirm, confirm, *(partial(booked, bank, line, refund) for line in lines)])
    codes = [one.code for one in results if isinstance(one, Refusal)]
    assert set(codes) == {"refund_paid"} and len(codes) in (2, 3), results
    assert sum(one == 0 for one in results[2:]) == 1, "one of the movements is its payment"
    with bank.database.scope(HOME) as session:
        entries_of = select(func.count()).select_from(Entry).where(
            Entry.kind == "refund_paid", Entry.source == refund.reference
        )  # fmt: skip
        assert session.scalar(entries_of) == 1
    assert bank.balance(accounts.REFUNDS) - owed == refund.amount
    assert bank.balance(accounts.BANK) - held == -2 * refund.amount
    assert bank.balance(accounts.SUSPENSE) - suspense == refund.amount


def test_cash_brought_to_the_bank_search_leads_to_its_slip_once(bank: Bank) -> None:
    reference = references.new(HOME, 10, "G")
    with bank.database.scope(HOME) as session:
        session.add(
            Deposit(reference=reference, mission=HOME, currency="SAR", amount=90_000, pieces={"50000": 1}, slip="s",
                    made_at=now(session), made_by="x")
        )  # fmt: skip
        money = Money(90_000, "SAR")
        entries.post_entry(
            session, CASHIER, mission=HOME, kind="deposit", source=reference, about=reference,
            postings=[Posting(accounts.DEPOSITS, money), Posting(accounts.SAFE, -money)],
        )  # fmt: skip
    before = bank.balance(accounts.DEPOSITS)
    assert bank.show(90_000, f"CASH DEPOSIT {reference}").open_amount == 0
    assert bank.balance(accounts.DEPOSITS) == before - 90_000
    assert bank.show(90_000, f"CASH DEPOSIT {reference} again").reason == "unknown"
