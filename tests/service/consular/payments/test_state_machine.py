"""Money in any order of events: after every step each currency sums to zero, and SQL alone finds the same balances.

100 examples of 50 steps, 2,000 of them in the full form.
"""

import os
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.consular.payments.collection import reverse, take
from services.consular.payments.disputes import record as disputes
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.orders import attempts, parts
from services.consular.payments.orders.model import Attempt
from services.consular.payments.orders.rules import AttemptState, OrderState
from services.consular.payments.providers.rules import Answer, DisputeAnswer, DisputeStatus, ProviderStatus
from services.consular.payments.refunds import pay, prepare, refund
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import PREPARABLE, RefundState
from shared.database import pending
from shared.database.db import Database, enter, now
from shared.errors import Conflict, Refusal
from shared.values.money import Money
from tests.factories.payments import CASHIER, JOB, owe
from tests.factories.payments.refunds import HEAD
from tests.factories.payments.second_evaluator import balances as second_balances

EXAMPLES = 2_000 if os.environ.get("MAHJAR_FULL") else 100
STEPS = 50
OWNED = (accounts.EXCHANGE, accounts.EXCHANGE_DIFFERENCE, accounts.ROUNDING)
REFUSED = (Conflict, Refusal)
OUTCOMES = st.sampled_from(["paid", "paid", "short", "over", "other_currency", "failed", "open", "absent"])
# One paid attempt counts for an order, and only a paid order has it; a receipt stands for each of them.
BROKEN = text("""
    SELECT o.reference FROM fee_order o
    LEFT JOIN attempt a ON a."order" = o.reference AND a.state = 'succeeded' AND a.held IS NULL
    WHERE o.opened_at = :at
    GROUP BY o.reference, o.state
    HAVING count(a.reference) <> CASE WHEN o.state IN ('paid', 'refund_due', 'charged_back') THEN 1 ELSE 0 END
""")
OVERPAID = text("""
    SELECT a.reference FROM attempt a JOIN refund r ON r.attempt = a.reference
    WHERE a.opened_at = :at
    GROUP BY a.reference, a.received_amount, a.amount
    HAVING sum(r.amount) > coalesce(a.received_amount, a.amount)
""")


class MoneyMachine(RuleBasedStateMachine):
    """Orders, attempts, refunds and disputes of one mission, in one transaction that is rolled back."""

    session: Session
    orders: Bundle[str] = Bundle("orders")
    cards: Bundle[str] = Bundle("cards")
    kept: Bundle[str] = Bundle("kept")
    refunds: Bundle[str] = Bundle("refunds")
    disputed: Bundle[str] = Bundle("disputed")

    @initialize()
    def begin(self) -> None:
        self.savepoint = self.session.begin_nested()
        self.before = entries.balances(self.session)
        self.second_before = second_balances(self.session)

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            self.savepoint.rollback()
            self.session.expire_all()

    @rule(target=orders)
    def new_order(self) -> str:
        return owe(self.session).reference

    @rule(target=cards, order=orders)
    def open_page(self, order: str) -> Any:
        try:
            return take.open_attempt(self.session, JOB, order, uuid.uuid4().hex).reference
        except REFUSED:
            return multiple()

    @rule(attempt=cards, outcome=OUTCOMES)
    def answer(self, attempt: str, outcome: str) -> None:
        asked = self.session.get_one(Attempt, attempt).money
        money = {
            "short": Money(asked.amount - 1, asked.currency),
            "over": Money(asked.amount + 250, asked.currency),
            "other_currency": Money(asked.amount, "EUR"),
        }.get(outcome, asked)
        status = {
            "failed": ProviderStatus.FAILED, "open": ProviderStatus.OPEN, "absent": ProviderStatus.ABSENT,
        }.get(outcome, ProviderStatus.PAID)  # fmt: skip
        told = Answer(status, f"page-{attempt}", money if status is ProviderStatus.PAID else None)
        take.record_answer(self.session, JOB, attempt, told)

    @rule(order=orders, less=st.sampled_from([0, 0, 0, 1, -1, 100]))
    def cash(self, order: str, less: int) -> None:
        debt = attempts.load_for_update(self.session, order)
        owed = take.cash_owed(self.session, debt, parts.of_order(self.session, debt))
        counted = Money(owed.amount - less, debt.currency)
        try:
            take.cash(self.session, CASHIER, order, counted, uuid.uuid4().hex)
            assert less == 0
        except REFUSED:
            pass

    @rule(target=kept, order=orders, amount=st.sampled_from([10_000, 20_000, 1, 90_000]))
    def part(self, order: str, amount: int) -> Any:
        debt = attempts.load_for_update(self.session, order)
        try:
            return take.cash_part(self.session, CASHIER, debt, Money(amount, debt.currency), uuid.uuid4().hex).reference
        except REFUSED:
            return multiple()

    @rule(reference=kept)
    def take_part_back(self, reference: str) -> None:
        debt, row = attempts.load_both_for_update(self.session, reference)
        if debt.state == OrderState.OPEN and row.held == parts.PART:
            reverse.reverse_cash(self.session, HEAD, debt, row)

    @rule(order=orders)
    def take_cash_back(self, order: str) -> None:
        debt = attempts.load_for_update(self.session, order)
        paid = select(Attempt).where(
            Attempt.order == order, Attempt.state == AttemptState.SUCCEEDED, Attempt.held.is_(None)
        )
        row = self.session.scalar(paid.where(Attempt.method == take.CASH))
        if debt.state == OrderState.PAID and row is not None:
            reverse.reverse_cash(self.session, HEAD, debt, row)

    @rule(target=refunds, reference=kept)
    def return_part(self, reference: str) -> Any:
        try:
            return refund.mark_held_due(self.session, CASHIER, reference, "withdrawn").reference
        except REFUSED:
            return multiple()

    @rule(target=refunds, order=orders)
    def end_order(self, order: str) -> Any:
        due = refund.mark_due(self.session, JOB, order, "withdrawn")
        return due.reference if due else multiple()

    @rule(target=refunds, attempt=cards)
    def refund_held(self, attempt: str) -> Any:
        try:
            return refund.mark_held_due(self.session, CASHIER, attempt, "late").reference
        except REFUSED:
            return multiple()

    @rule(reference=refunds)
    def pay_back(self, reference: str) -> None:
        due = self.session.get_one(Refund, reference)
        payout = prepare.Payout(self.session.get_one(Attempt, due.attempt).method)
        try:
            prepare.prepare(self.session, CASHIER, reference, due.money, payout)
            if due.state != RefundState.APPROVED:
                prepare.approve(self.session, HEAD, reference, due.money)
            account = accounts.CARD if payout.method == "card" else accounts.cash_of(CASHIER.id)
            if payout.method == "card":
                pay.transition(self.session, due, RefundState.SENT)
            pay.record_paid(self.session, CASHIER, due, account)
        except REFUSED:
            pass

    @rule(target=disputed, attempt=cards, part=st.sampled_from([1, 2, 3]))
    def dispute(self, attempt: str, part: int) -> Any:
        debt, row = attempts.load_both_for_update(self.session, attempt)
        if row.received is None or disputes.find(self.session, f"d-{attempt}") is not None:
            return multiple()
        money = Money(max(row.received.amount // part, 1), row.received.currency)
        disputes.open_dispute(self.session, JOB, debt, row, DisputeAnswer(f"d-{attempt}", DisputeStatus.OPEN, money))
        return f"d-{attempt}"

    @rule(known=consumes(disputed), won=st.booleans())
    def decide(self, known: str, won: bool) -> None:
        dispute = disputes.find(self.session, known)
        assert dispute is not None
        if won:
            disputes.win(self.session, JOB, dispute)
            return
        due = self.session.scalars(
            select(Refund).where(Refund.attempt == dispute.attempt, Refund.amount <= dispute.amount)
        ).first()
        legs, left = [Posting(accounts.DISPUTES, -dispute.money)], dispute.money
        if due is not None and due.state in PREPARABLE and due.currency == dispute.currency:
            legs.append(Posting(accounts.REFUNDS, due.money))
            left -= due.money
            pay.transition(self.session, due, RefundState.CHARGED_BACK)
        if left.amount:
            legs.append(Posting(accounts.DISPUTE_LOSSES, left))
        disputes.lose(self.session, JOB, dispute, legs)

    @invariant()
    def each_currency_sums_to_zero(self) -> None:
        if not hasattr(self, "savepoint"):
            return
        pending.write(self.session)
        self.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        self.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        found = moved(entries.balances(self.session), self.before)
        for currency in {currency for _, currency in found}:
            assert sum(amount for (_, other), amount in found.items() if other == currency) == 0
        own = {key: amount for key, amount in found.items() if not key[0].startswith("due:") and key[0] not in OWNED}
        assert own == moved(second_balances(self.session), self.second_before)

    @invariant()
    def no_order_is_paid_twice_or_refunded_beyond_what_came(self) -> None:
        if hasattr(self, "savepoint"):
            at = {"at": now(self.session)}
            assert self.session.execute(BROKEN, at).all() == []
            assert self.session.execute(OVERPAID, at).all() == []


def moved(after: dict[tuple[str, str], int], before: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """What has changed, by account and currency."""
    changes = {key: after.get(key, 0) - before.get(key, 0) for key in {*after, *before}}
    return {key: amount for key, amount in changes.items() if amount}


@pytest.mark.timeout(5_000)
def test_whatever_comes_in_whatever_order_the_books_add_up(database: Callable[[str], Database]) -> None:
    with Session(database("consular").engine, expire_on_commit=False) as session:
        enter(session, CASHIER.mission)
        machine = type("Machine", (MoneyMachine,), {"session": session})
        rules = settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
        )
        run_machine(machine, settings=rules)
        session.rollback()
