"""A provider that fails, repeats, reorders, loses and contradicts itself: every payment ends once and the books add up.

100 payments, 1,000 in the full form. The seed is printed; MAHJAR_SEED plays it again.
"""

import os
import random
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from deploy.demo.sandbox.pages import OUTCOMES
from services.consular.payments.collection import hosted
from services.consular.payments.ledger import entries
from services.consular.payments.orders.model import Attempt, Order, Receipt
from services.consular.payments.orders.rules import UNSETTLED
from services.consular.payments.providers.rules import Event, OutcomeUnknown
from shared.database.db import Database, now
from shared.errors import Conflict, Refusal, Unavailable
from shared.identity.actor import service
from tests.factories.payments import JOB, RETURN, InMemoryProvider, owed, settle
from tests.factories.payments.second_evaluator import balances as second_balances

Databases = Callable[[str], Database]
PAYMENTS = 1_000 if os.environ.get("MAHJAR_FULL") else 100
FAULTS = (OutcomeUnknown(), Unavailable("provider_down"))
CHOICES = [*OUTCOMES, "pay", "pay", "nothing"]


def misbehaving(rng: random.Random, provider: InMemoryProvider) -> None:
    """About every third call does its work and then fails, or says nothing."""
    provider.broken = [rng.choice(FAULTS)] if rng.random() < 0.35 else []


def started(database: Database, rng: random.Random, provider: InMemoryProvider) -> str | None:
    """A payer presses pay until they are at a page, or give up after three times; the attempt, where there is one."""
    order = owed(database)
    for _ in range(3):
        misbehaving(rng, provider)
        with suppress(Conflict, Refusal):
            return hosted.open_page(
                database, JOB, provider, settle, order.reference, uuid.uuid4().hex, RETURN
            ).reference
    provider.broken = []
    with database.scope(order.mission) as session:
        return session.scalar(select(Attempt.reference).where(Attempt.order == order.reference))


def notifications(rng: random.Random, attempt: str) -> list[Event]:
    """None, one or several copies of what happened."""
    first = Event(f"evt-{uuid.uuid4()}", "checkout.session.completed", attempt, None, b"{}")
    again = Event(f"evt-{uuid.uuid4()}", "checkout.session.completed", attempt, None, b"{}")
    copies = rng.choice([[], [first], [first, first], [first, again], [again, first, first]])
    return rng.sample(copies, len(copies))


def until_quiet(database: Database, provider: InMemoryProvider) -> int:
    """The job of the worker, as if it came a minute later each time; how many attempts are unsettled at last."""
    provider.broken = []
    states = [state.value for state in UNSETTLED]
    unsettled = Attempt.state.in_(states)
    for _ in range(3):
        with database.scope("RUH") as session:
            session.execute(update(Attempt).where(unsettled).values(changed_at=now(session) - timedelta(minutes=2)))
        hosted.refresh_pending(database, JOB, provider, settle)
    with database.scope("RUH") as session:
        return len(session.scalars(select(Attempt.reference).where(unsettled, Attempt.state != "pending")).all())


@pytest.mark.timeout(1_800)
@pytest.mark.usefixtures("empty_files")
def test_after_all_of_it_every_currency_sums_to_zero(database: Databases) -> None:
    seed = int(os.environ.get("MAHJAR_SEED") or random.SystemRandom().randrange(10**6))
    print("MAHJAR_SEED", seed)
    rng, consular, provider = random.Random(seed), database("consular"), InMemoryProvider()  # noqa: S311
    waiting: list[Event] = []
    for _ in range(PAYMENTS):
        attempt = started(consular, rng, provider)
        choice = rng.choice(CHOICES)
        if attempt is not None and choice != "nothing" and provider.books.find(attempt) is not None:
            provider.choose(attempt, choice)
            waiting += notifications(rng, attempt)
            if rng.random() < 0.3:
                # Some come back by the link of the page that they did not pay on.
                misbehaving(rng, provider)
                hosted.close_page(consular, JOB, provider, settle, attempt)
        # Notifications arrive later and in another order than they were sent.
        rng.shuffle(waiting)
        while waiting and rng.random() < 0.6:
            misbehaving(rng, provider)
            hosted.receive(consular, service("gateway"), provider, settle, waiting.pop())
    for event in waiting:
        misbehaving(rng, provider)
        hosted.receive(consular, service("gateway"), provider, settle, event)
    assert until_quiet(consular, provider) == 0
    check_books(consular, provider)


def check_books(database: Database, provider: InMemoryProvider) -> None:
    with database.scope("RUH") as session:
        found = {key: amount for key, amount in entries.balances(session).items() if amount}
        for currency in {currency for _, currency in found}:
            assert sum(amount for (_, other), amount in found.items() if other == currency) == 0
        second = second_balances(session)
        assert {key: amount for key, amount in found.items() if key[0] in ("card", "suspense")} == {
            key: amount for key, amount in second.items() if key[0] in ("card", "suspense")
        }
        taken: dict[str, int] = {}
        for page in provider.books.pages.values():
            if page.taken is not None:
                taken[page.taken.currency] = taken.get(page.taken.currency, 0) + page.taken.amount
        assert {currency: amount for (account, currency), amount in found.items() if account == "card"} == taken
        paid = set(session.scalars(select(Order.reference).where(Order.state == "paid")))
        counted = select(Attempt).where(Attempt.state == "succeeded", Attempt.held.is_(None))
        assert sorted(attempt.order for attempt in session.scalars(counted)) == sorted(paid)
        assert len(session.scalars(select(Receipt.number)).all()) == len(paid)
