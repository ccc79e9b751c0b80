"""Journal against provider and bank: what does not fit keeps its age and owner, and ends when it fits."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.orders.model import Attempt
from services.consular.payments.providers.rules import Answer, AttemptReference, OutcomeUnknown, ProviderStatus
from services.consular.payments.reconciliation import run
from services.consular.payments.reconciliation.model import Discrepancy, Reconciliation
from services.consular.payments.transfers import lines
from services.consular.payments.transfers.import_statement import import_file
from services.consular.payments.transfers.model import BankAccount, BankLine
from shared.database.db import Database, now
from shared.errors import NotFound, Unavailable
from shared.identity.actor import service
from shared.values.money import Money
from tests.conftest import HOME, officer
from tests.factories.payments import opened, owed, paid, settle
from tests.factories.payments.bank import Movement, Statement, camt, open_account
from tests.factories.refusals import refuses

JOB = service("consular", HOME)
CASHIER = officer("cashier")
Query = Callable[[AttemptReference], Answer]


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    found = database("consular")
    with found.scope(HOME) as session:
        if session.scalar(select(BankAccount.id)) is None:
            open_account(session)
    return found


def agrees(database: Database) -> Query:
    """A provider that says of each payment what we have booked."""

    def query(attempt: AttemptReference) -> Answer:
        with database.scope(HOME) as session:
            row = session.get_one(Attempt, attempt.reference)
            return paid(row.received or row.money) if row.state == "succeeded" else Answer(ProviderStatus.FAILED)

    return query


def open_ones(database: Database, kind: str) -> dict[str, Discrepancy]:
    with database.scope(HOME) as session:
        rows = session.scalars(select(Discrepancy).where(Discrepancy.kind == kind, Discrepancy.ended_at.is_(None)))
        return {row.about: row for row in rows}


def card(database: Database) -> str:
    """A card payment that is settled."""
    payment = opened(database, owed(database))
    with database.scope(HOME) as session:
        settle(session, JOB, payment.reference, paid(payment.amount, payment.reference))
    return payment.reference


def receive(session: Session, amount: int, text: str, opening: int) -> BankLine:
    today = missions.today(session, HOME)
    import_file(session, CASHIER, "x", camt(Statement([Movement(amount, today, text)], today, today, opening, text)))
    return session.scalars(select(BankLine).where(BankLine.text == text)).one()


def test_what_agrees_is_no_finding(consular: Database) -> None:
    reference = card(consular)
    row = run.run(consular, JOB, agrees(consular))
    assert row.compared >= 1
    assert all(reference not in open_ones(consular, kind) for kind in ("card_amount", "card_absent", "card_unsettled"))


@pytest.mark.parametrize(("answer", "kind"), [
    (Answer(ProviderStatus.ABSENT), "card_absent"),
    (Answer(ProviderStatus.FAILED), "card_absent"),
    (Answer(ProviderStatus.PAID, "p", Money(1, "SAR")), "card_amount"),
    (Answer(ProviderStatus.PAID, "p", Money(75_000, "USD")), "card_amount"),
])  # fmt: skip
def test_what_the_provider_says_differently(consular: Database, answer: Answer, kind: str) -> None:
    reference, others = card(consular), agrees(consular)
    run.run(consular, JOB, lambda asked: answer if asked.reference == reference else others(asked))
    found = open_ones(consular, kind)[reference]
    assert (found.amount, found.currency, found.owner) == (75_000, "SAR", None)
    run.run(consular, JOB, others)
    assert reference not in open_ones(consular, kind)


def test_money_that_only_the_provider_has(consular: Database) -> None:
    payment, others = opened(consular, owed(consular)), agrees(consular)
    with consular.scope(HOME) as session:
        settle(session, JOB, payment.reference, Answer(ProviderStatus.FAILED, reason="declined"))
    taken = paid(payment.amount)
    run.run(consular, JOB, lambda asked: taken if asked.reference == payment.reference else others(asked))
    assert payment.reference in open_ones(consular, "card_missing")


@pytest.mark.parametrize("error", [OutcomeUnknown(), Unavailable("provider_down")])
def test_a_provider_that_does_not_answer_accuses_nobody(consular: Database, error: Exception) -> None:
    reference = card(consular)

    def silent(_: AttemptReference) -> Answer:
        raise error

    run.run(consular, JOB, silent)
    assert all(reference not in open_ones(consular, kind) for kind in ("card_amount", "card_absent"))


def test_suspense_keeps_its_age_and_its_owner_until_it_is_matched(consular: Database) -> None:
    with consular.scope(HOME) as session:
        line = receive(session, 500, "suspense-1", 10**6)
        session.execute(update(BankLine).where(BankLine.reference == line.reference).values(owner=CASHIER.id))
    run.run(consular, JOB, agrees(consular))
    first = open_ones(consular, "suspense")[line.reference]
    run.run(consular, JOB, agrees(consular))
    again = open_ones(consular, "suspense")[line.reference]
    assert (again.since, again.owner, again.amount) == (first.since, CASHIER.id, 500)
    with consular.scope(HOME) as session:
        locked = session.get_one(BankLine, line.reference)
        lines.book_to(session, CASHIER, locked, lines.DEPOSIT, locked.open_money)
    run.run(consular, JOB, agrees(consular))
    assert line.reference not in open_ones(consular, "suspense")


def test_who_takes_a_difference_over_keeps_it(consular: Database) -> None:
    reference, others = card(consular), agrees(consular)
    wrong = Answer(ProviderStatus.ABSENT)
    run.run(consular, JOB, lambda asked: wrong if asked.reference == reference else others(asked))
    with consular.scope(HOME) as session:
        run.take(session, CASHIER, "card_absent", reference)
    run.run(consular, JOB, lambda asked: wrong if asked.reference == reference else others(asked))
    assert open_ones(consular, "card_absent")[reference].owner == CASHIER.id
    run.run(consular, JOB, others)
    with consular.scope(HOME) as session, refuses("not_found", NotFound):
        run.take(session, CASHIER, "card_absent", reference)


def test_a_missing_statement_is_the_difference_of_two_balances(consular: Database) -> None:
    with consular.scope(HOME) as session:
        open_account(session, "USD", "SA4420000001234567891234")
        today = missions.today(session, HOME)
        days = [today - timedelta(days=back) for back in (6, 4, 2)]
        one, missing, other = (
            Statement([Movement(amount, day, f"gap {amount}")], day, day, opening, f"g{amount}",
                      currency="USD", iban="SA4420000001234567891234")
            for amount, day, opening in zip((100, 20, 3), days, (0, 100, 120), strict=True)
        )  # fmt: skip
        import_file(session, CASHIER, "x", camt(one, other))
    run.run(consular, JOB, agrees(consular))
    (found,) = open_ones(consular, "bank_balance").values()
    assert (found.amount, found.currency) == (20, "USD")
    with consular.scope(HOME) as session:
        import_file(session, CASHIER, "x", camt(missing))
    run.run(consular, JOB, agrees(consular))
    assert open_ones(consular, "bank_balance") == {}


def test_a_payment_that_no_statement_shows(consular: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with consular.scope(HOME) as session:
        entries.post_entry(
            session, JOB, mission=HOME, kind="suspense", source="RUH-REFUND", about="x",
            postings=[Posting(accounts.REFUNDS, Money(700, "SAR")), Posting(accounts.BANK, Money(-700, "SAR"))],
        )  # fmt: skip
    run.run(consular, JOB, agrees(consular))
    assert "RUH-REFUND" not in open_ones(consular, "bank_missing")
    monkeypatch.setattr("services.consular.payments.reconciliation.compare.BANK_DAYS", -1)
    run.run(consular, JOB, agrees(consular))
    assert open_ones(consular, "bank_missing")["RUH-REFUND"].amount == -700


def test_once_a_day_at_each_mission(consular: Database) -> None:
    run.run_due(consular, service("consular"), agrees(consular))
    assert run.run_due(consular, service("consular"), agrees(consular)) == 0
    with consular.scope("BER") as session:
        assert session.scalars(select(Reconciliation)).one().run_at <= now(session)


def test_runs_are_never_changed(consular: Database) -> None:
    run.run(consular, JOB, agrees(consular))
    with pytest.raises(Exception, match=r"append-only|permission denied"), consular.scope(HOME) as session:
        session.execute(delete(Reconciliation))
