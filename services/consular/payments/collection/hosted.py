"""Calls the card provider: every call is made between two transactions, never inside one.

`settle` is the caller's: it locks the application, calls `take.record_answer` and moves the application on, in the one
transaction it is given.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.collection import take
from services.consular.payments.collection.model import ProviderEvent
from services.consular.payments.collection.rules import Kind, Outcome
from services.consular.payments.disputes import record as disputes
from services.consular.payments.orders import attempts
from services.consular.payments.orders.model import Attempt
from services.consular.payments.orders.receipt import with_receipt
from services.consular.payments.orders.rules import UNSETTLED, AttemptState, Payment
from services.consular.payments.providers.rules import Answer, AttemptReference, Event, OutcomeUnknown, ProviderStatus
from shared.database.db import Database, now
from shared.errors import Conflict, NotFound, Refusal, Unavailable
from shared.identity.actor import Actor
from shared.logs import log
from shared.values.money import Money
from shared.values.references import is_valid, mission_of

Settle = Callable[[Session, Actor, str, Answer], Outcome]
# Another request may need this long between storing an attempt and opening its page.
OPENING_TIME = timedelta(minutes=1)
# A dispute that changed while nobody could ask is still found after this long.
DISPUTES_SINCE = timedelta(days=45)
# No two attempts have one page, in whatever mission they are.
PAGE_OF_ONE = "uq_attempt_provider_reference"


class CardProvider(Protocol):
    """The interface of a provider's adapter; the calls raise OutcomeUnknown, Unavailable or Refusal."""

    def open_page(self, reference: str, money: Money, return_url: str) -> Answer:
        """Opens the hosted page of an attempt, or returns the page that is already open."""

    def query_status(self, attempt: AttemptReference) -> Answer:
        """The provider's answer about an attempt."""

    def close_page(self, attempt: AttemptReference) -> Answer:
        """Ends a page that is still open; the provider's answer about its attempt after that."""

    def list_disputed(self, since: datetime) -> list[str]:
        """Our references of attempts about which a dispute was opened since an instant."""


class NotifyingProvider(CardProvider, Protocol):
    """The interface of an adapter to a provider that also sends notifications."""

    def find_attempt(self, event: Event) -> str | None:
        """Our reference of the attempt that a notification is about."""


Query = Callable[[AttemptReference], Answer]


def open_page(
    database: Database, actor: Actor, provider: CardProvider, settle: Settle, order: str, key: str, return_url: str
) -> Payment:
    """An attempt with the address to send the payer to.

    Raises Conflict (payment_closed) when it has ended, perhaps meanwhile, and there is no page to go to; Unavailable
    (payment_unknown when the provider may have opened a page: the same call again queries it, and a second page is
    never opened; provider_down when it surely has not), Refusal (provider_refused), and what take.open_attempt raises.
    `return_url` must be one of our own pages: the caller checks it.
    """
    scope = mission_of(order)
    with database.scope(scope) as session:
        payment = take.open_attempt(session, actor, order, key)
    if payment.state is AttemptState.UNKNOWN:
        outcome = _query(database, actor, provider.query_status, settle, payment)
        if outcome.kind is Kind.NO_ANSWER:
            raise Unavailable("payment_unknown", payment=payment.reference)
        payment = outcome.payment
    if payment.state not in UNSETTLED:
        raise Conflict("payment_closed")
    if payment.redirect_url is not None:
        return payment
    try:
        page = provider.open_page(payment.reference, payment.amount, return_url)
    except OutcomeUnknown as error:
        with database.scope(scope) as session:
            take.record_unknown(session, actor, payment.reference)
        raise Unavailable("payment_unknown", payment=payment.reference) from error
    except Refusal as refusal:
        if not isinstance(refusal, Unavailable):
            with database.scope(scope) as session:
                settle(session, actor, payment.reference, Answer(ProviderStatus.FAILED, reason=refusal.code))
        raise
    if page.status is not ProviderStatus.OPEN:
        with database.scope(scope) as session:
            settle(session, actor, payment.reference, page)
        raise Conflict("payment_closed")
    with database.scope(scope) as session:
        return take.record_page(session, actor, payment.reference, page)


def refresh(database: Database, actor: Actor, provider: CardProvider, settle: Settle, attempt: str) -> Outcome:
    """The attempt after the provider was queried, unchanged when the provider gives no answer. Raises NotFound."""
    return _query_unsettled(database, actor, provider.query_status, settle, attempt)


def close_page(database: Database, actor: Actor, provider: CardProvider, settle: Settle, attempt: str) -> Outcome:
    """As `refresh`, for a payer who has left the page: it is closed first, so that they may pay in another way."""
    return _query_unsettled(database, actor, provider.close_page, settle, attempt)


def _query_unsettled(database: Database, actor: Actor, query: Query, settle: Settle, attempt: str) -> Outcome:
    with database.scope(mission_of(attempt)) as session:
        payment = attempts.find(session, attempt)
    if payment.state not in UNSETTLED:
        return Outcome(Kind.ALREADY, payment)
    return _query(database, actor, query, settle, payment)


def _query(
    database: Database, actor: Actor, query: Query, settle: Settle, payment: Payment, event: Event | None = None
) -> Outcome:
    """Asks the provider, and settles its answer in one commit, with the notification that made us ask."""
    try:
        answer = query(payment.provider)
    except (OutcomeUnknown, Refusal):
        answer = None
    try:
        with database.scope(mission_of(payment.reference)) as session:
            if event is not None and not _store_event(session, event, payment.reference):
                return Outcome(Kind.ALREADY, payment)
            if answer is None:
                return Outcome(Kind.NO_ANSWER, payment)
            if answer.status is ProviderStatus.ABSENT and _is_new(session, payment.reference):
                return Outcome(Kind.OPEN, payment)
            outcome = settle(session, actor, payment.reference, answer)
    except IntegrityError as error:
        if PAGE_OF_ONE not in str(error.orig):
            raise
        # The provider itself contradicts what it said before: no money moves until the books are compared.
        log().error("page of another attempt", payment=payment.reference)
        return Outcome(Kind.NO_ANSWER, payment)
    return replace(outcome, payment=with_receipt(session, outcome.payment))


def _is_new(session: Session, attempt: str) -> bool:
    return session.get_one(Attempt, attempt).changed_at > now(session) - OPENING_TIME


def receive(
    database: Database, actor: Actor, provider: NotifyingProvider, settle: Settle, event: Event
) -> Outcome | None:
    """Takes a notification whose signature was checked for a hint: the provider is asked what it is about as it is now.

    The notification is stored in the commit that settles the answer. One that cannot be settled is not stored either,
    so that the provider sends it again; where the provider gives no answer it is stored, and the jobs ask again. None
    for a repeated one, and for one about nothing of ours. Raises OutcomeUnknown, Refusal where the provider does not
    say which attempt it means.
    """
    with database.scope(None) as session:
        if session.get(ProviderEvent, event.id) is not None:
            return None
    named = provider.find_attempt(event)
    attempt = named if named and is_valid(named) else None
    payment = _find(database, attempt) if attempt else None
    if attempt is None or payment is None:
        with database.scope(mission_of(attempt) if attempt else None) as session:
            _store_event(session, event, attempt)
        return None
    mission_actor = replace(actor, mission=mission_of(attempt))
    return _query(database, mission_actor, provider.query_status, settle, payment, event)


def _find(database: Database, attempt: str) -> Payment | None:
    try:
        with database.scope(mission_of(attempt)) as session:
            return attempts.find(session, attempt)
    except NotFound:
        return None


def _store_event(session: Session, event: Event, attempt: str | None) -> bool:
    """Whether the event is new. The second of two simultaneous ones waits here for the first to commit."""
    inserted = session.execute(
        insert(ProviderEvent)
        .values(id=event.id, type=event.type, attempt=attempt, raw=event.raw, received_at=now(session))
        .on_conflict_do_nothing()
        .returning(ProviderEvent.id)
    )
    return inserted.first() is not None


def refresh_pending(database: Database, actor: Actor, provider: CardProvider, settle: Settle) -> int:
    """Queries every attempt that is unsettled for a minute, in all missions; returns how many were settled.

    A failing query does not stop the others: it is repeated in the next run.
    """
    settled = 0
    for worker, _ in missions.each_mission(database, actor):
        with database.scope(worker.mission) as session:
            references = _pending_attempts(session)
        for attempt in references:
            settled += _resolve(database, worker, provider, settle, attempt)
    return settled


def refresh_disputed(database: Database, actor: Actor, provider: CardProvider, settle: Settle) -> int:
    """Queries every attempt that the provider names as disputed lately, or that we know as such; returns how many.

    A notification of a dispute may be lost, and one kind of provider sends none: the list is asked for each time.
    """
    references: set[str] = set()
    for worker, _ in missions.each_mission(database, actor):
        with database.scope(worker.mission) as session:
            references |= {dispute.attempt for dispute in disputes.open_ones(session)}
            since = now(session) - DISPUTES_SINCE
    try:
        references |= {named for named in provider.list_disputed(since) if is_valid(named)}
    except (OutcomeUnknown, Refusal):
        log().warning("disputes unknown")
    return sum(_query_disputed(database, actor, provider, settle, attempt) for attempt in sorted(references))


def _query_disputed(database: Database, actor: Actor, provider: CardProvider, settle: Settle, attempt: str) -> bool:
    mission = mission_of(attempt)
    try:
        with database.scope(mission) as session:
            payment = attempts.find(session, attempt)
        _query(database, replace(actor, mission=mission), provider.query_status, settle, payment)
    except Refusal as refusal:
        log().warning("dispute unresolved", payment=attempt, code=refusal.code)
        return False
    return True


def _pending_attempts(session: Session) -> list[str]:
    states = [state.value for state in UNSETTLED]
    return list(
        session.scalars(
            select(Attempt.reference)
            .where(Attempt.state.in_(states), Attempt.changed_at <= now(session) - OPENING_TIME)
            .order_by(Attempt.changed_at)
        )
    )


def _resolve(database: Database, actor: Actor, provider: CardProvider, settle: Settle, attempt: str) -> bool:
    try:
        outcome = refresh(database, actor, provider, settle, attempt)
    except (Conflict, Refusal) as refusal:
        log().warning("payment unresolved", payment=attempt, code=refusal.code)
        return False
    return outcome.kind in (Kind.SETTLED, Kind.HELD, Kind.FAILED)
