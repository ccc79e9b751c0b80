"""A transfer that is for no application goes back as a refund that names its movement, to the account it came from."""

import uuid
from collections.abc import Callable

import pytest
from lxml import etree
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from services.consular.applications.model import Application
from services.consular.payments.collection import take
from services.consular.payments.ledger import accounts, export
from services.consular.payments.reconciliation import compare
from services.consular.payments.refunds import listing, prepare, transfer_file
from services.consular.payments.refunds.credit_transfer import NAMESPACE, Account
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.prepare import Payout
from services.consular.payments.transfers.model import BankLine, BankMatch
from services.consular.payments.transfers.reference import payer_reference
from services.consular.views.money.books import books
from services.consular.views.money.unpaid_refunds import unpaid_refunds
from services.consular.workflow.money import refunds
from services.consular.workflow.money.transfers import bank_decisions
from shared.database.db import Database, now
from shared.errors import Conflict, Invalid
from shared.values.money import Money
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.payments import JOB, opened, owed, paid, second_evaluator
from tests.factories.payments.bank import IBANS, Movement
from tests.factories.payments.bank_mission import Mission
from tests.factories.payments.refunds import IBAN
from tests.factories.refusals import refuses

CASHIER, HEAD, OFFICER = officer("cashier"), officer("head_of_mission"), officer("officer")
PAYER_IBAN = "SA4420000001234567891234"
PAYER = Payout("transfer", "", PAYER_IBAN, "Omar Alkhatib")
At = Callable[..., Counter]


@pytest.fixture
def mission(database: Callable[[str], Database]) -> Mission:
    return Mission(database("consular"))


def received(mission: Mission, amount: int = 12_345, account: str = PAYER_IBAN, words: str = "gift") -> BankLine:
    name = f"{words} {uuid.uuid4().hex}"
    return mission.receive(Movement(amount, mission.today, name, party="Omar Alkhatib", account=account))[0]


def send_back(mission: Mission, line: BankLine) -> Refund | None:
    """Two officers decide that a movement goes back; its refund, where it is for no order."""
    with mission.database.scope(HOME) as session:
        decision = bank_decisions.propose(session, CASHIER, line.reference, "give_back", "no such payer")
        reference = decision.reference
    with mission.database.scope(HOME) as session:
        bank_decisions.decide(session, OFFICER, reference, approved=True)
        return session.scalar(select(Refund).where(Refund.line == line.reference))


def returned(mission: Mission, **more: object) -> Refund:
    due = send_back(mission, received(mission, **more))  # type: ignore[arg-type]
    assert due is not None
    return due


def approved(mission: Mission, due: Refund, payout: Payout = PAYER) -> Refund:
    with mission.database.scope(HOME) as session:
        return prepare.prepare(session, CASHIER, due.reference, due.money, payout)


def sent(mission: Mission, due: Refund) -> str:
    """The content of the file that orders the bank to pay it."""
    approved(mission, due)
    with mission.database.scope(HOME) as session:
        return transfer_file.write(session, CASHIER, "SAR", Account(IBANS[HOME], "Specimen Embassy")).content


def changes(mission: Mission, before: dict[tuple[str, str], int]) -> dict[str, int]:
    after = mission.balances()
    moved = {key[0]: after.get(key, 0) - before.get(key, 0) for key in {*before, *after} if key[1] == "SAR"}
    return {account: amount for account, amount in moved.items() if amount}


def state_of(mission: Mission, due: Refund) -> str:
    with mission.database.scope(HOME) as session:
        return session.get_one(Refund, due.reference).state


def test_money_for_no_application_is_owed_back_and_followed_until_the_bank_has_paid_it(mission: Mission) -> None:
    before = mission.balances()
    line = received(mission)
    due = send_back(mission, line)
    assert due is not None
    assert (due.order, due.attempt, due.line, due.state) == (None, None, line.reference, "due")
    assert (due.payer_name, due.payer_iban, due.reason) == ("Omar Alkhatib", PAYER_IBAN, "unknown")
    assert changes(mission, before) == {accounts.BANK: 12_345, accounts.REFUNDS: -12_345}
    order = etree.fromstring(sent(mission, due).encode())
    said = {tag: order.findtext(f".//{{{NAMESPACE}}}CdtTrfTxInf//{{{NAMESPACE}}}{tag}")
            for tag in ("EndToEndId", "InstdAmt", "IBAN", "Nm")}  # fmt: skip
    assert said == {"EndToEndId": due.reference, "InstdAmt": "123.45", "IBAN": PAYER_IBAN, "Nm": "Omar Alkhatib"}
    assert state_of(mission, due) == "sent"
    out = mission.receive(mission.movement(-12_345, f"EREF {due.reference}"))[0]
    assert (out.open_amount, state_of(mission, due)) == (0, "paid")
    assert changes(mission, before) == {}
    with mission.database.scope(HOME) as session:
        matched = session.scalars(select(BankMatch).where(BankMatch.refund == due.reference)).all()
        assert sorted((one.kind, one.amount) for one in matched) == [("refund_due", 12_345), ("refund_paid", -12_345)]


def test_every_reader_takes_a_refund_without_an_order(mission: Mission) -> None:
    due = returned(mission)
    with mission.database.scope(HOME) as session:
        row = listing.detail(session, CASHIER, due.reference)
        pages = [listing.listing(session, CASHIER, page)["unpaid"] for page in (1, 2, 3)]
        owed = sum(one["amount"] for one in unpaid_refunds(session)["owed"] if one["currency"] == "SAR")
        held = books(session, HEAD, None)["refunds"]
        booked = export.lines(session, now(session))
        compare.bank_findings(session)
    assert [row["application"], row["payment"], row["paid_by"]] == [None, None, "transfer"]
    assert [row["line"], row["payer_iban"], row["age_days"]] == [due.line, PAYER_IBAN, 0]
    assert due.reference in [one["reference"] for page in pages for one in page]
    assert owed >= 12_345 and held["count"] >= 1
    assert owed == sum(one["amount"] for one in held["sums"] if one["currency"] == "SAR")
    assert [one.about for one in booked if one.source == due.reference] == [due.line, due.line]
    assert due.reference in export.as_csv(booked) and due.reference in export.as_beancount(booked, "Asia/Riyadh")


def test_card_money_that_is_held_is_still_found_beside_it(mission: Mission) -> None:
    """A refund without a payment must not hide every payment: NOT IN of a list with NULL in it finds nothing."""
    returned(mission)
    order = owed(mission.database)
    payment = opened(mission.database, order)
    with mission.database.scope(HOME) as session:
        take.record_success(session, JOB, payment.reference, paid(Money(1, "SAR"), uuid.uuid4().hex))
        assert payment.reference in [one.about for one in compare.bank_findings(session)]


def test_approved_transfers_of_payments_and_of_movements_go_into_one_file(mission: Mission, counter: At) -> None:
    here = counter().until("in_review")
    assert here.ask_as_applicant("POST", "/withdraw", {"key": "w"}).status_code == 200
    with mission.database.scope(HOME) as session:
        of_order = session.scalars(select(Refund).where(Refund.order.is_not(None), Refund.state == "due")).all()[-1]
        prepare.prepare(
            session, CASHIER, of_order.reference, of_order.money, Payout("transfer", "مسافر", IBAN, "Rasha")
        )
        prepare.approve(session, HEAD, of_order.reference, of_order.money)
    due = returned(mission)
    content = sent(mission, due)
    assert due.reference in content and of_order.reference in content


@pytest.mark.parametrize(
    ("account", "iban", "needs_second"),
    [(PAYER_IBAN, PAYER_IBAN, False), (PAYER_IBAN, IBAN, True), ("", PAYER_IBAN, True), ("12345678", PAYER_IBAN, True)],
)
def test_another_account_than_the_one_it_came_from_needs_a_reason_and_a_second_person(
    mission: Mission, account: str, iban: str, needs_second: bool
) -> None:
    due = returned(mission, account=account)
    if needs_second:
        with refuses("required", Invalid) as refused:
            approved(mission, due, Payout("transfer", "", iban, "Omar Alkhatib"))
        assert refused.value.errors == {"override": "required"}
    prepared = approved(mission, due, Payout("transfer", "he wrote", iban, "Omar Alkhatib"))
    assert (prepared.second_needed, prepared.state) == (needs_second, "due" if needs_second else "approved")


def test_a_large_one_needs_a_second_person_to_its_own_account(mission: Mission) -> None:
    limit = prepare.limits()["SAR"]
    assert approved(mission, returned(mission, amount=limit)).state == "approved"
    assert approved(mission, returned(mission, amount=limit + 1)).state == "due"


@pytest.mark.parametrize("method", ["cash", "card"])
def test_it_is_paid_to_nobody_at_a_counter(mission: Mission, method: str) -> None:
    due = returned(mission)
    with refuses("only_by_transfer", Invalid):
        approved(mission, due, Payout(method, "he is here"))
    with mission.database.scope(HOME) as session, pytest.raises(IntegrityError, match="ck_refund_way_back"):
        session.execute(text("UPDATE refund SET method = 'cash' WHERE reference = :one"), {"one": due.reference})


@pytest.mark.parametrize("confirmed_first", [False, True])
def test_one_that_the_bank_sends_back_is_owed_again_and_paid_again(mission: Mission, confirmed_first: bool) -> None:
    before = mission.balances()
    due = returned(mission)
    sent(mission, due)
    if confirmed_first:
        with mission.database.scope(HOME) as session:
            refunds.confirm_transfer(session, CASHIER, due.reference, due.money)
    assert mission.receive(mission.movement(-12_345, f"PAID {due.reference}"))[0].open_amount == 0
    assert mission.receive(mission.movement(12_345, f"BACK {due.reference}"))[0].open_amount == 0
    assert state_of(mission, due) == "failed"
    assert changes(mission, before) == {accounts.BANK: 12_345, accounts.REFUNDS: -12_345}
    again = mission.receive(mission.movement(-12_345, f"EARLY {due.reference}"))[0]
    assert (again.reason, again.open_amount) == ("outgoing", -12_345)
    with mission.database.scope(HOME) as session:
        due = session.get_one(Refund, due.reference)
    sent(mission, due)
    assert mission.receive(mission.movement(-12_345, f"ANEW {due.reference}"))[0].open_amount == 0
    assert state_of(mission, due) == "paid"


def test_two_of_equal_amounts_are_two_and_each_goes_back_once(mission: Mission) -> None:
    lines = [received(mission), received(mission)]
    both = [send_back(mission, line) for line in lines]
    assert len({one.reference for one in both if one}) == 2
    with refuses("line_settled", Conflict):
        send_back(mission, lines[0])
    for due in both:
        assert due is not None
        sent(mission, due)
        assert mission.receive(mission.movement(-12_345, f"OUT {due.reference}"))[0].open_amount == 0
    assert [state_of(mission, due) for due in both if due] == ["paid", "paid"]


def flag_of(mission: Mission, here: Counter) -> str | None:
    with mission.database.scope(HOME) as session:
        return session.get_one(Application, here.reference).exception


def test_a_part_of_a_file_that_goes_back_is_a_refund_of_the_file(mission: Mission, counter: At) -> None:
    here = counter().until("awaiting_payment")
    first, other = (
        mission.receive(mission.movement(amount, f"{payer_reference(here.reference)} {amount}"))[0]
        for amount in (10_000, 20_000)
    )
    assert send_back(mission, first) is None
    with mission.database.scope(HOME) as session:
        row = session.scalars(select(Refund).join(BankMatch, BankMatch.refund == Refund.reference)
                              .where(BankMatch.line == first.reference)).one()  # fmt: skip
    assert (row.line, row.amount) == (None, 10_000) and row.order is not None
    assert mission.lines_of(here) == [(None, 0), ("under", 20_000)]
    assert flag_of(mission, here) == "payment_under", "the other part still waits for the rest"
    assert [one["amount"] for one in here.read()["refunds"]] == [10_000]
    send_back(mission, other)
    assert mission.lines_of(here) == [(None, 0), (None, 0)]
    assert sorted(one["amount"] for one in here.read()["refunds"]) == [10_000, 20_000]
    assert (here.read()["status"], flag_of(mission, here)) == ("awaiting_payment", None)


def test_the_second_evaluator_finds_the_same(mission: Mission) -> None:
    def difference() -> dict[tuple[str, str], int]:
        with mission.database.scope(HOME) as session:
            counted = second_evaluator.balances(session)
        booked = {
            key: amount for key, amount in mission.balances().items() if key[0] in ("bank", "refunds", "suspense")
        }
        return {key: amount - counted.get(key, 0) for key, amount in booked.items()}

    before = difference()
    due = returned(mission)
    assert difference() == before
    sent(mission, due)
    mission.receive(mission.movement(-12_345, f"EREF {due.reference}"))
    assert difference() == before


def test_the_database_wants_an_origin_for_every_refund(mission: Mission) -> None:
    due = returned(mission)
    for change in ({"line": None, "payer_name": None, "payer_iban": None}, {"payer_iban": None}):
        with mission.database.scope(HOME) as session, pytest.raises(IntegrityError, match="ck_refund_"):
            session.execute(update(Refund).where(Refund.reference == due.reference).values(**change))
