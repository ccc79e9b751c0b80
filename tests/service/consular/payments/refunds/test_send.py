"""Card refunds against a provider that fails in every way: one payment, one entry, whatever was heard."""

import os
import uuid
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.consular.payments.ledger.model import Entry
from services.consular.payments.providers.rules import Answer, OutcomeUnknown, ProviderStatus
from services.consular.payments.refunds import pay, prepare, send
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.prepare import Payout
from services.consular.payments.refunds.rules import UNDER_WAY, RefundState
from shared.database.db import Database, now
from shared.database.rows import lock_row
from shared.errors import Conflict, Refusal, Unavailable
from shared.identity.actor import Actor
from shared.values.money import Money
from tests.factories.concurrency import at_once
from tests.factories.payments import CASHIER, JOB, InMemoryProvider
from tests.factories.payments.refunds import BY_CASH, approved_for_card, due_in_cash
from tests.factories.rows import booked

Databases = Callable[[str], Database]
ROUNDS, THREADS = int(os.environ.get("MAHJAR_ROUNDS", "20")), 16


def record(session: Session, actor: Actor, reference: str, answer: Answer) -> RefundState:
    """What the workflow does, less the notice of an application that is not there."""
    refund = lock_row(session, Refund, reference)
    if refund.state == RefundState.PAID and answer.status is ProviderStatus.FAILED:
        pay.record_returned(session, actor, refund, "card", str(answer.reason))
    if refund.state not in UNDER_WAY:
        return RefundState(refund.state)
    if answer.status is ProviderStatus.PAID:
        pay.record_paid(session, actor, refund, "card", provider_reference=answer.provider_reference)
    elif answer.status is ProviderStatus.FAILED:
        pay.record_failed(session, actor, refund, str(answer.reason))
    elif refund.state != RefundState.UNKNOWN:
        pay.transition(session, refund, RefundState.UNKNOWN)
    return RefundState(refund.state)


def sent(database: Database, provider: InMemoryProvider, refund: Refund) -> RefundState:
    return send.send(database, JOB, provider, record, refund.reference)


def payments(database: Database, refund: Refund) -> int:
    with database.scope("RUH") as session:
        paid = (Entry.source == refund.reference, Entry.kind == "refund_paid")
        return session.scalar(select(func.count()).select_from(Entry).where(*paid)) or 0


def test_an_approved_refund_is_paid_and_booked_once(database: Databases) -> None:
    consular, provider = database("consular"), InMemoryProvider()
    refund = approved_for_card(consular, provider)
    assert [sent(consular, provider, refund), sent(consular, provider, refund)] == [RefundState.PAID] * 2
    assert [one.money for one in provider.refunds.made] == [Money(75_000, "SAR")]
    with consular.scope("RUH") as session:
        entries = booked(session, refund.reference)
        paid = session.get_one(Refund, refund.reference)
        assert (
            paid.provider_reference == provider.refunds.made[0].id
            and paid.paid_at is not None
            and paid.sent_at is not None
        )
    assert entries[-1][1] == [("RUH", "refunds", 75_000, "SAR"), ("RUH", "card", -75_000, "SAR")]


@pytest.mark.parametrize("lost", [OutcomeUnknown(), Unavailable("provider_down")])
def test_an_answer_that_is_lost_is_asked_for_and_never_paid_again(database: Databases, lost: Exception) -> None:
    consular, provider = database("consular"), InMemoryProvider()
    refund = approved_for_card(consular, provider)
    provider.broken = [lost, OutcomeUnknown()]
    assert [sent(consular, provider, refund) for _ in range(2)] == [RefundState.UNKNOWN] * 2
    assert payments(consular, refund) == 0
    assert sent(consular, provider, refund) is RefundState.PAID
    assert (len(provider.refunds.made), payments(consular, refund)) == (1, 1)


def test_an_order_that_never_arrived_is_sent_again_under_its_key(database: Databases) -> None:
    consular, provider = database("consular"), InMemoryProvider()
    refund = approved_for_card(consular, provider)
    with consular.scope("RUH") as session:
        pay.transition(session, lock_row(session, Refund, refund.reference), RefundState.SENT, sent_at=now(session))
    assert sent(consular, provider, refund) is RefundState.PAID
    assert provider.refund_keys() == [str(refund.key)]


def test_a_refused_refund_fails_and_is_prepared_again_under_a_new_key(database: Databases) -> None:
    consular, provider = database("consular"), InMemoryProvider()
    refund = approved_for_card(consular, provider)
    provider.broken = [Refusal("provider_refused")]
    provider.forget_refunds()
    assert sent(consular, provider, refund) is RefundState.FAILED
    provider.forget_refunds()
    with consular.scope("RUH") as session:
        failed = session.get_one(Refund, refund.reference)
        assert (failed.failure, failed.approved_by) == ("provider_refused", None)
        again = prepare.prepare(session, CASHIER, refund.reference, refund.money, Payout("card"))
        assert again.key != refund.key and again.failure is None
    assert sent(consular, provider, refund) is RefundState.PAID
    assert payments(consular, refund) == 1


def test_the_job_sends_what_waits_and_leaves_what_was_just_sent(database: Databases) -> None:
    consular, provider = database("consular"), InMemoryProvider()
    refund = approved_for_card(consular, provider)
    send.send_due(consular, JOB, provider, record)
    assert payments(consular, refund) == 0
    with consular.scope("RUH") as session:
        earlier = func.now() - send.SENDING_TIME
        session.execute(update(Refund).where(Refund.reference == refund.reference).values(changed_at=earlier))
    assert send.send_due(consular, JOB, provider, record) >= 1
    assert payments(consular, refund) == 1


def test_the_job_asks_daily_whether_a_paid_refund_came_back_and_never_pays_by_it(database: Databases) -> None:
    consular, provider = database("consular"), InMemoryProvider()
    refund = approved_for_card(consular, provider)
    assert sent(consular, provider, refund) is RefundState.PAID
    page = provider.refunds.made[0].page
    assert provider.refunds.send_back(page, "expired_or_canceled_card") is not None

    def ask(**changed: object) -> str:
        with consular.scope("RUH") as session:
            session.execute(update(Refund).where(Refund.reference == refund.reference).values(**changed))
        send.send_due(consular, JOB, provider, record)
        with consular.scope("RUH") as session:
            return session.get_one(Refund, refund.reference).state

    a_day_ago = func.now() - send.ASK_EVERY
    assert ask(changed_at=func.now()) == "paid"
    assert ask(changed_at=a_day_ago, paid_at=func.now() - send.RETURN_TIME) == "paid"
    assert ask(changed_at=a_day_ago, paid_at=a_day_ago) == "failed"
    # The provider forgets an old refund: that is no order to pay again.
    with consular.scope("RUH") as session:
        prepare.prepare(session, CASHIER, refund.reference, refund.money, Payout("card"))
    assert sent(consular, provider, refund) is RefundState.PAID
    provider.forget_refunds()
    assert ask(changed_at=a_day_ago) == "paid"
    assert provider.refunds.made == []


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_sixteen_officers_and_jobs_pay_back_once(database: Databases, round_: int) -> None:
    consular, provider = database("consular"), InMemoryProvider()
    refund = approved_for_card(consular, provider)
    provider.broken = [OutcomeUnknown()] * (round_ % 3)
    results = at_once([partial(sent, consular, provider, refund)] * THREADS)
    assert [each for each in results if isinstance(each, Exception)] == []
    assert sent(consular, provider, refund) is RefundState.PAID
    assert (len(provider.refunds.made), payments(consular, refund)) == (1, 1)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_sixteen_cashiers_pay_out_once(database: Databases, round_: int) -> None:
    consular = database("consular")
    with consular.scope("RUH") as session:
        due = due_in_cash(session)
        prepare.prepare(session, CASHIER, due.reference, due.money, BY_CASH)

    def pay_out() -> str:
        with consular.scope("RUH") as session:
            refund = lock_row(session, Refund, due.reference)
            pay.record_paid(session, CASHIER, refund, f"cash:{uuid.uuid4().hex}")
        return "paid"

    results = at_once([pay_out] * THREADS)
    lost = [each for each in results if isinstance(each, Conflict) and each.code == "refund_paid"]
    assert (results.count("paid"), len(lost), payments(consular, due)) == (1, THREADS - 1, 1)
