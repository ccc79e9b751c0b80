"""What is owed back, column by column: from a paid order, from money in suspense, and from neither."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from services.consular.payments.collection import take
from services.consular.payments.orders.rules import OrderState
from services.consular.payments.refunds import refund
from shared.database.db import now
from shared.errors import NotFound
from shared.values import references
from shared.values.money import Money
from tests.factories.payments import CASHIER, JOB, owe, paid
from tests.factories.refusals import refuses
from tests.factories.rows import booked, columns, events

SessionFor = Callable[..., Session]
RIYALS = Money(75_000, "SAR")
# What nobody has decided yet when money becomes owed back.
UNPREPARED = dict.fromkeys(
    (
        *("method", "override", "iban", "account_holder", "proposed_by", "proposed_at", "approved_by", "approved_at"),
        *("sent_at", "paid_at", "paid_by", "failure", "provider_reference", "slip", "file"),
        *("line", "payer_name", "payer_iban"),
    )
)


def test_money_of_a_paid_order_is_owed_back_by_a_row_an_entry_and_an_event(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    payment = take.cash(session, CASHIER, order.reference, RIYALS, "cash")
    due = refund.mark_due(session, JOB, order.reference, "refused")
    assert due is not None
    assert columns(due, "reference", "key") == {
        "mission": "RUH",
        "order": order.reference,
        "attempt": payment.reference,
        "amount": 75_000,
        "currency": "SAR",
        "state": "due",
        "reason": "refused",
        "marked_at": now(session),
        "marked_by": JOB.id,
        "changed_at": now(session),
        "part": "whole",
        "second_needed": False,
        "returns": 0,
        **UNPREPARED,
    }
    assert due.reference[:5] == "RUH-F" and references.is_valid(due.reference)
    ((entry, legs),) = booked(session, due.reference)
    assert columns(entry, "id") == {
        "mission": "RUH",
        "kind": "refund_due",
        "source": due.reference,
        "about": order.application,
        "actor": JOB.id,
        "booked_at": now(session),
        "reverses": None,
    }
    assert legs == [
        ("RUH", "refunds", -75_000, "SAR"),
        ("RUH", "exchange", 75_000, "SAR"),
        ("RUH", "exchange", -20_000, "USD"),
        ("RUH", "due:immigration_and_passports", 20_000, "USD"),
    ]
    assert events(session, order.application)[-1] == (JOB.id, "refund.due", "refused", {"refund": due.reference})
    again = refund.mark_due(session, JOB, order.reference, "withdrawn")
    assert again is due and len(events(session, order.application)) == 3


def test_the_payment_itself_is_booked_by_an_entry_of_its_own(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    payment = take.cash(session, CASHIER, order.reference, RIYALS, "cash")
    ((entry, legs),) = booked(session, payment.reference)
    assert columns(entry, "id") == {
        "mission": "RUH",
        "kind": "payment",
        "source": payment.reference,
        "about": order.application,
        "actor": "cashier-1",
        "booked_at": now(session),
        "reverses": None,
    }
    assert legs == [
        ("RUH", "cash:cashier-1", 75_000, "SAR"),
        ("RUH", "exchange", -75_000, "SAR"),
        ("RUH", "exchange", 20_000, "USD"),
        ("RUH", "due:immigration_and_passports", -20_000, "USD"),
    ]
    assert (order.state, order.changed_at) == ("paid", now(session))
    assert events(session, order.application)[-1] == (
        "cashier-1",
        "payment.taken",
        None,
        {"payment": payment.reference, "method": "cash"},
    )


def test_money_in_suspense_is_owed_back_as_it_came(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    attempt = take.open_attempt(session, JOB, order.reference, "card").reference
    take.record_success(session, JOB, attempt, paid(Money(4_200, "EUR")))
    ((entry, legs),) = booked(session, attempt)
    assert (entry.kind, entry.mission, entry.about, entry.actor) == ("suspense", "RUH", order.application, JOB.id)
    assert legs == [("RUH", "card", 4_200, "EUR"), ("RUH", "suspense", -4_200, "EUR")]
    due = refund.mark_held_due(session, CASHIER, attempt, "wrong_currency")
    assert columns(due, "reference", "key") == {
        "mission": "RUH",
        "order": order.reference,
        "attempt": attempt,
        "amount": 4_200,
        "currency": "EUR",
        "state": "due",
        "reason": "wrong_currency",
        "marked_at": now(session),
        "marked_by": "cashier-1",
        "changed_at": now(session),
        "part": "whole",
        "second_needed": False,
        "returns": 0,
        **UNPREPARED,
    }
    ((entry, legs),) = booked(session, due.reference)
    assert (entry.kind, entry.about, entry.actor) == ("refund_due", order.application, "cashier-1")
    assert legs == [("RUH", "suspense", 4_200, "EUR"), ("RUH", "refunds", -4_200, "EUR")]
    assert refund.mark_held_due(session, JOB, attempt, "late") is due
    assert order.state == OrderState.OPEN


def test_an_unpaid_order_is_cancelled_once_and_owes_nothing(session_for: SessionFor) -> None:
    session = session_for("consular")
    order = owe(session)
    assert refund.mark_due(session, JOB, order.reference, "lapsed") is None
    assert (order.state, order.changed_at) == ("cancelled", now(session))
    assert refund.mark_due(session, JOB, order.reference, "refused") is None
    assert events(session, order.application)[1:] == [(JOB.id, "order.cancelled", "lapsed", {"order": order.reference})]
    assert refund.of_application(session, order.application) == []


def test_refunds_are_listed_from_the_oldest_and_for_one_application(session_for: SessionFor) -> None:
    session = session_for("consular")
    order, other = owe(session), owe(session)
    held = take.open_attempt(session, JOB, order.reference, "held").reference
    take.record_success(session, JOB, held, paid(Money(1, "SAR")))
    first = refund.mark_held_due(session, JOB, held, "wrong_amount")
    take.cash(session, CASHIER, order.reference, RIYALS, "again")
    second = refund.mark_due(session, JOB, order.reference, "refused")
    take.cash(session, CASHIER, other.reference, RIYALS, "other")
    refund.mark_due(session, JOB, other.reference, "refused")
    assert second is not None
    first.marked_at += timedelta(hours=1)
    session.flush()
    assert refund.of_application(session, order.application) == [second, first]


def test_what_is_not_there_is_owed_to_nobody(session_for: SessionFor) -> None:
    session = session_for("consular")
    with refuses("not_found", NotFound):
        refund.mark_due(session, JOB, f"RUH-Q{uuid.uuid4().hex[:9]}", "refused")
    with refuses("not_found", NotFound):
        refund.mark_held_due(session, JOB, f"RUH-P{uuid.uuid4().hex[:9]}", "late")


@pytest.mark.parametrize("amount", [Money(75_000, "SAR"), Money(1, "SAR")])
def test_money_that_came_late_can_be_given_back_however_much_it_is(session_for: SessionFor, amount: Money) -> None:
    session = session_for("consular")
    order = owe(session)
    attempt = take.open_attempt(session, JOB, order.reference, "late").reference
    refund.mark_due(session, JOB, order.reference, "lapsed")
    take.record_success(session, JOB, attempt, paid(amount))
    due = refund.mark_held_due(session, JOB, attempt, "late")
    assert (due.amount, due.currency) == (amount.amount, "SAR")
