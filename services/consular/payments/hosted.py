"""Talks with the card provider: every question is asked between two transactions, never inside one.

`settle` is the caller's: it locks the application, calls `take.record_answer` and moves the application on, in the one
transaction it is given.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments import attempts, take
from services.consular.payments.model import Attempt, ProviderEvent
from services.consular.payments.rules import (
    UNSETTLED,
    Answer,
    AttemptState,
    Event,
    Kind,
    Outcome,
    OutcomeUnknown,
    Payment,
    ProviderStatus,
)
from shared.database.db import Database, now
from shared.errors import Conflict, NotFound, Refusal, Unavailable
from shared.identity.actor import Actor
from shared.logs import log
from shared.values.money import Money
from shared.values.references import is_valid, mission_of

Settle = Callable[[Session, Actor, str, Answer], Outcome]
# So long may somebody else still be between storing an attempt and opening its page.
SETTLING_IN = timedelta(minutes=1)


class CardProvider(Protocol):
    """What a provider's adapter can do; the calls raise OutcomeUnknown, Unavailable or Refusal."""

    def open_page(self, reference: str, money: Money, return_url: str) -> Answer:
        """Opens the hosted page of an attempt, or finds it opened."""

    def ask(self, reference: str) -> Answer:
        """What became of an attempt."""


def open_page(
    database: Database, actor: Actor, provider: CardProvider, settle: Settle, order: str, key: str, return_url: str
) -> Payment:
    """An attempt with the address to send the payer to.

    Raises Conflict (payment_closed) when it has ended, perhaps meanwhile, so that there is nowhere to go; Unavailable
    (payment_unknown when the provider may have opened a page: the same call again asks it, and never is a second one
    opened; provider_down when it surely has not), Refusal (provider_refused), and what take.open_attempt raises.
    `return_url` must be one of our own pages: the caller checks it.
    """
    scope = mission_of(order)
    with database.scope(scope) as session:
        payment = take.open_attempt(session, actor, order, key)
    if payment.state is AttemptState.UNKNOWN:
        outcome = _ask(database, actor, provider, settle, payment)
        if outcome.kind is Kind.NO_ANSWER:
            raise Unavailable("payment_unknown", payment=payment.reference)
        payment = outcome.payment
    if payment.state not in UNSETTLED:
        raise Conflict("payment_closed")
    if payment.redirect_url is not None:
        return payment
    try:
        page = provider.open_page(payment.reference, payment.amount, return_url)
    except OutcomeUnknown as unknown:
        with database.scope(scope) as session:
            take.record_unknown(session, actor, payment.reference)
        raise Unavailable("payment_unknown", payment=payment.reference) from unknown
    except Refusal as refusal:
        if not isinstance(refusal, Unavailable):
            with database.scope(scope) as session:
                settle(session, actor, payment.reference, Answer(ProviderStatus.FAILED, reason=refusal.code))
        raise
    if page.said is not ProviderStatus.OPEN:
        with database.scope(scope) as session:
            settle(session, actor, payment.reference, page)
        raise Conflict("payment_closed")
    with database.scope(scope) as session:
        return take.record_page(session, actor, payment.reference, page)


def refresh(database: Database, actor: Actor, provider: CardProvider, settle: Settle, attempt: str) -> Outcome:
    """The attempt after the provider has been asked; as it was, when the provider gives no answer. Raises NotFound."""
    with database.scope(mission_of(attempt)) as session:
        payment = attempts.find(session, attempt)
    if payment.state not in UNSETTLED:
        return Outcome(Kind.ALREADY, payment)
    return _ask(database, actor, provider, settle, payment)


def _ask(database: Database, actor: Actor, provider: CardProvider, settle: Settle, payment: Payment) -> Outcome:
    try:
        answer = provider.ask(payment.reference)
    except (OutcomeUnknown, Refusal):
        return Outcome(Kind.NO_ANSWER, payment)
    with database.scope(mission_of(payment.reference)) as session:
        if answer.said is ProviderStatus.ABSENT and _is_new(session, payment.reference):
            return Outcome(Kind.OPEN, payment)
        return settle(session, actor, payment.reference, answer)


def _is_new(session: Session, attempt: str) -> bool:
    return session.get_one(Attempt, attempt).changed_at > now(session) - SETTLING_IN


def receive(database: Database, actor: Actor, provider: CardProvider, settle: Settle, event: Event) -> Outcome | None:
    """A notification whose signature was checked: kept, and settled in the same commit, so that one which could not be
    settled is not kept either and comes again. One that was kept before does nothing and gives None.

    A notification that contradicts us is never believed: the provider itself is asked.
    """
    attempt = event.attempt if event.attempt and is_valid(event.attempt) else None
    scope = mission_of(attempt) if attempt else None
    acting = replace(actor, mission=scope)
    with database.scope(scope) as session:
        outcome = (
            _settle_event(session, acting, settle, event, attempt) if _store_event(session, event, attempt) else None
        )
    if outcome is not None and outcome.kind is Kind.NEEDS_QUERY:
        return _ask(database, acting, provider, settle, outcome.payment)
    return outcome


def _settle_event(session: Session, actor: Actor, settle: Settle, event: Event, attempt: str | None) -> Outcome | None:
    if attempt is None or event.answer is None:
        return None
    try:
        attempts.find(session, attempt)
    except NotFound:
        return None
    return settle(session, actor, attempt, event.answer)


def _store_event(session: Session, event: Event, attempt: str | None) -> bool:
    """Whether the event is new. Of two that arrive at once the second waits here for the first to commit."""
    kept = session.execute(
        insert(ProviderEvent)
        .values(id=event.id, type=event.type, attempt=attempt, raw=event.raw, received_at=now(session))
        .on_conflict_do_nothing()
        .returning(ProviderEvent.id)
    )
    return kept.first() is not None


def refresh_pending(database: Database, actor: Actor, provider: CardProvider, settle: Settle) -> int:
    """Asks about every attempt that has stood unsettled for a minute, in all missions; gives how many were settled.

    One that fails does not stop the others: it is asked again next time.
    """
    settled = 0
    for worker, _ in missions.each_mission(database, actor):
        with database.scope(worker.mission) as session:
            waiting = _waiting(session)
        for attempt in waiting:
            settled += _resolved(database, worker, provider, settle, attempt)
    return settled


def _waiting(session: Session) -> list[str]:
    states = [state.value for state in UNSETTLED]
    return list(
        session.scalars(
            select(Attempt.reference)
            .where(Attempt.state.in_(states), Attempt.changed_at <= now(session) - SETTLING_IN)
            .order_by(Attempt.changed_at)
        )
    )


def _resolved(database: Database, actor: Actor, provider: CardProvider, settle: Settle, attempt: str) -> bool:
    try:
        outcome = refresh(database, actor, provider, settle, attempt)
    except (Conflict, Refusal) as refusal:
        log().warning("payment unresolved", payment=attempt, code=refusal.code)
        return False
    return outcome.kind in (Kind.SETTLED, Kind.HELD, Kind.FAILED)
