"""Pays refunds through the card provider. Every call is made between two transactions, under the refund's stored key.

A refund is `sent` before the call. Whatever the call says, or does not say, the same key is used until the provider has
answered for good, so that no money is paid twice.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.disputes.record import is_disputed
from services.consular.payments.orders.model import Attempt
from services.consular.payments.providers.rules import Answer, AttemptReference, OutcomeUnknown, ProviderStatus
from services.consular.payments.refunds import pay
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import CARD, UNDER_WAY, RefundState
from shared.database.db import Database, now
from shared.database.rows import lock_row
from shared.errors import Refusal, Unavailable
from shared.identity.actor import Actor
from shared.logs import log
from shared.values.money import Money
from shared.values.references import mission_of

# A bank may send the money of a paid refund back this long; it is asked about once a day.
RETURN_TIME, ASK_EVERY = timedelta(days=30), timedelta(days=1)
# Another process may need this long between marking a refund as sent and hearing the provider.
SENDING_TIME = timedelta(minutes=1)
BATCH = 200
Record = Callable[[Session, Actor, str, Answer], RefundState]


class RefundProvider(Protocol):
    """What an adapter does for refunds; the calls raise OutcomeUnknown, Unavailable or Refusal."""

    def refund(self, key: str, attempt: AttemptReference, money: Money) -> Answer:
        """Pays back what was taken for an attempt, once for each key."""

    def query_refund(self, key: str, attempt: AttemptReference) -> Answer:
        """The provider's answer about a refund, by our key of it."""


def send(database: Database, actor: Actor, provider: RefundProvider, record: Record, reference: str) -> RefundState:
    """Sends an approved card refund, or asks about one that is under way or paid; the state after it.

    `record` is the caller's: it records the answer and notifies the payer in one transaction. A refund that is neither,
    or whose payment is disputed, is left alone. Raises NotFound.
    """
    scope = mission_of(reference)
    with database.scope(scope) as session:
        refund = lock_row(session, Refund, reference)
        state, key, money = RefundState(refund.state), str(refund.key), refund.money
        if refund.method != CARD or state not in (RefundState.APPROVED, RefundState.PAID, *UNDER_WAY):
            return state
        attempt = session.get_one(Attempt, refund.attempt).at_provider
        if state is RefundState.APPROVED and is_disputed(session, attempt.reference):
            return state
        if state is RefundState.APPROVED:
            pay.transition(session, refund, RefundState.SENT, sent_at=now(session))
    answer = _call(provider, key, attempt, money) if state is RefundState.APPROVED else _ask(provider, key, attempt)
    if answer.status is ProviderStatus.ABSENT and state is not RefundState.PAID:
        # The provider never had it: the same order again, under the same key.
        answer = _call(provider, key, attempt, money)
    with database.scope(scope) as session:
        return record(session, actor, reference, answer)


def _call(provider: RefundProvider, key: str, attempt: AttemptReference, money: Money) -> Answer:
    try:
        return provider.refund(key, attempt, money)
    except (OutcomeUnknown, Unavailable):
        return Answer(ProviderStatus.OPEN, unverified=True)
    except Refusal as refusal:
        return Answer(ProviderStatus.FAILED, reason=refusal.code)


def _ask(provider: RefundProvider, key: str, attempt: AttemptReference) -> Answer:
    try:
        return provider.query_refund(key, attempt)
    except (OutcomeUnknown, Refusal):
        return Answer(ProviderStatus.OPEN, unverified=True)


def send_due(database: Database, actor: Actor, provider: RefundProvider, record: Record) -> int:
    """Sends or asks about every card refund that waits or was paid lately, in all missions; how many are paid now.

    One that fails does not stop the others: it is looked at again in the next run.
    """
    paid = 0
    for worker, _ in missions.each_mission(database, actor):
        with database.scope(worker.mission) as session:
            waiting = _waiting(session)
        for reference in waiting:
            try:
                paid += send(database, worker, provider, record, reference) is RefundState.PAID
            except Refusal as refusal:
                log().warning("refund unresolved", refund=reference, code=refusal.code)
    return paid


def ask_about(database: Database, actor: Actor, provider: RefundProvider, record: Record, attempt: str) -> None:
    """Asks about the card refunds of an attempt that are under way or paid, as a notification says they changed."""
    with database.scope(mission_of(attempt)) as session:
        states = [state.value for state in (RefundState.PAID, *UNDER_WAY)]
        known = Refund.attempt == attempt, Refund.method == CARD, Refund.state.in_(states)
        references = list(session.scalars(select(Refund.reference).where(*known).order_by(Refund.reference)))
    for reference in references:
        send(database, actor, provider, record, reference)


def _waiting(session: Session) -> list[str]:
    """Approved card refunds, those under way that nobody has heard of for a minute, and lately paid ones."""
    states = [RefundState.APPROVED.value, *(state.value for state in UNDER_WAY)]
    at = now(session)
    unsettled = Refund.state.in_(states) & (Refund.changed_at <= at - SENDING_TIME)
    is_paid = (Refund.state == RefundState.PAID.value) & (Refund.paid_at > at - RETURN_TIME)
    is_due = unsettled | (is_paid & (Refund.changed_at <= at - ASK_EVERY))
    return list(
        session.scalars(
            select(Refund.reference)
            .where(Refund.method == CARD, is_due)
            .order_by(Refund.state == RefundState.PAID.value, Refund.changed_at)
            .limit(BATCH)
        )
    )
