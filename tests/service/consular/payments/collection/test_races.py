"""However many arrive at once, and by whichever way: one success, one entry, one receipt, no number left out."""

import os
import uuid
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select

from services.consular.payments.collection import hosted, take
from services.consular.payments.collection.rules import Kind, Outcome
from services.consular.payments.ledger import entries
from services.consular.payments.ledger.model import Entry
from services.consular.payments.orders.model import Attempt, Order, Receipt
from services.consular.payments.orders.receipt import with_receipt
from services.consular.payments.orders.rules import AttemptState, OrderState, Payment
from services.consular.payments.providers.rules import Event
from services.consular.payments.refunds import refund
from services.consular.payments.refunds.model import Refund
from shared.database import pending
from shared.database.db import Database
from shared.errors import Conflict
from shared.identity.actor import Actor, service
from shared.values.money import Money
from tests.factories.concurrency import at_once
from tests.factories.payments import CASHIER, JOB, RETURN, InMemoryProvider, open_till, owed, settle

Databases = Callable[[str], Database]
RIYALS = Money.of("750", "SAR")
ROUNDS, THREADS = int(os.environ.get("MAHJAR_ROUNDS", "20")), 16


def key() -> str:
    return str(uuid.uuid4())


def cash(database: Database, order: Order, same: str) -> Payment:
    with database.scope("RUH") as session:
        payment = take.cash(session, CASHIER, order.reference, RIYALS, same)
    return with_receipt(session, payment)


def booked(database: Database, order: Order) -> tuple[int, int, str]:
    """Entries of payments, receipts and the state of an order."""
    with database.scope("RUH") as session:
        attempts_of = select(Attempt.reference).where(Attempt.order == order.reference)
        entries = session.scalar(select(func.count()).select_from(Entry).where(Entry.source.in_(attempts_of)))
        receipts = session.scalar(select(func.count()).select_from(Receipt).where(Receipt.order == order.reference))
        return entries or 0, receipts or 0, session.get_one(Order, order.reference).state


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_notification_return_page_and_job_together_book_once(database: Databases, round_: int) -> None:
    consular, provider = database("consular"), InMemoryProvider()
    order = owed(consular)
    payment = hosted.open_page(consular, JOB, provider, settle, order.reference, key(), RETURN)
    provider.choose(payment.reference, "pay")
    gateway = service("gateway")

    def notified(event_id: str) -> Outcome | None:
        event = Event(event_id, "checkout.session.completed", payment.reference, None, b"{}")
        return hosted.receive(consular, gateway, provider, settle, event)

    refresh = partial(hosted.refresh, consular, JOB, provider, settle, payment.reference)
    twice = f"evt-{uuid.uuid4()}"
    acts = [partial(notified, twice if place % 2 else f"evt-{uuid.uuid4()}") for place in range(THREADS // 2)]
    outcomes = at_once([*acts, *[refresh] * (THREADS // 2)])
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    kinds = [each.kind for each in outcomes if isinstance(each, Outcome)]
    assert kinds.count(Kind.SETTLED) == 1
    assert set(kinds) <= {Kind.SETTLED, Kind.ALREADY}
    assert booked(consular, order) == (1, 1, OrderState.PAID)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_officers_or_a_double_click_take_the_cash_once(database: Databases, round_: int) -> None:
    consular = database("consular")
    order = owed(consular)
    same = key()
    acts = [partial(cash, consular, order, same if place % 2 else key()) for place in range(THREADS)]
    results = at_once(acts)
    receipts = {each.receipt for each in results if isinstance(each, Payment)}
    refusals = {each.code for each in results if isinstance(each, Conflict)}
    assert len(receipts) == 1
    assert refusals <= {"order_closed"}
    assert len(results) == THREADS
    assert booked(consular, order) == (1, 1, OrderState.PAID)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_card_and_cash_together_take_the_money_once(database: Databases, round_: int) -> None:
    consular, provider = database("consular"), InMemoryProvider()
    order = owed(consular)

    def card() -> Payment:
        return hosted.open_page(consular, JOB, provider, settle, order.reference, key(), RETURN)

    results = at_once([partial(cash, consular, order, key()), card] * (THREADS // 2))
    assert {type(each) for each in results} <= {Payment, Conflict}
    methods = {each.method for each in results if isinstance(each, Payment)}
    assert len(methods) == 1
    assert len(provider.books.pages) == (1 if methods == {"card"} else 0)
    with consular.scope("RUH") as session:
        states = list(session.scalars(select(Attempt.state).where(Attempt.order == order.reference)))
    assert states == [AttemptState.PENDING if methods == {"card"} else AttemptState.SUCCEEDED]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_money_and_the_end_of_the_order_cross(database: Databases, round_: int) -> None:
    """Either it was paid first and is owed back, or it ended first and the money is held: never silently kept."""
    consular, provider = database("consular"), InMemoryProvider()
    order = owed(consular)
    payment = hosted.open_page(consular, JOB, provider, settle, order.reference, key(), RETURN)
    provider.choose(payment.reference, "pay")

    def end() -> None:
        with consular.scope("RUH") as session:
            refund.mark_due(session, JOB, order.reference, "withdrawn")

    pay = partial(hosted.refresh, consular, JOB, provider, settle, payment.reference)
    results = at_once([end, pay] * 4)
    assert [each for each in results if isinstance(each, Exception)] == []
    with consular.scope("RUH") as session:
        attempt = session.get_one(Attempt, payment.reference)
        state = session.get_one(Order, order.reference).state
        refunds = session.scalar(select(func.count()).select_from(Refund).where(Refund.order == order.reference))
    assert attempt.state == AttemptState.SUCCEEDED
    assert (state, attempt.held, refunds) in ((OrderState.REFUND_DUE, None, 1), (OrderState.CANCELLED, "late", 0))


def test_held_money_is_marked_for_return_once(database: Databases) -> None:
    consular, provider = database("consular"), InMemoryProvider()
    order = owed(consular)
    payment = hosted.open_page(consular, JOB, provider, settle, order.reference, key(), RETURN)
    provider.choose(payment.reference, "pay-wrong-amount")
    hosted.refresh(consular, JOB, provider, settle, payment.reference)

    def mark() -> str:
        with consular.scope("RUH") as session:
            return refund.mark_held_due(session, JOB, payment.reference, "wrong_amount").reference

    assert len(set(map(str, at_once([mark] * 8)))) == 1


def test_receipts_have_no_gaps_even_when_some_are_rolled_back(database: Databases) -> None:
    consular = database("consular")
    mission = "VIE"
    cashier = Actor("officer", "cashier-vie", "cashier", mission)
    orders = [owed(consular, mission) for _ in range(3 * THREADS)]
    with consular.scope(mission) as session:
        open_till(session, cashier, orders[0].currency)

    class Broken(Exception):
        pass

    def pay(place: int) -> str:
        with consular.scope(mission) as session:
            order = orders[place]
            payment = take.cash(session, cashier, order.reference, order.money, key())
            if place % 3 == 2:
                # The number is taken, and the transaction fails all the same.
                pending.write(session)
                raise Broken
        number = with_receipt(session, payment).receipt
        assert number
        return number

    numbers = [int(each.rsplit("-", 1)[1]) for each in _in_batches(pay) if isinstance(each, str)]
    assert len(numbers) == 2 * THREADS
    with consular.scope(mission) as session:
        kept = sorted(int(number.rsplit("-", 1)[1]) for number in session.scalars(select(Receipt.number)))
    assert kept == list(range(1, len(kept) + 1))
    assert set(numbers) <= set(kept)


def _in_batches(pay: Callable[[int], str]) -> list[object]:
    results: list[object] = []
    for start in range(0, 3 * THREADS, THREADS):
        results += at_once([partial(pay, place) for place in range(start, start + THREADS)])
    return results


def test_after_all_of_this_every_currency_sums_to_zero(database: Databases) -> None:
    for mission in ("RUH", "BER", "VIE"):
        with database("consular").scope(mission) as session:
            sums: dict[str, int] = {}
            for (_, currency), amount in entries.balances(session).items():
                sums[currency] = sums.get(currency, 0) + amount
        assert set(sums.values()) <= {0}
