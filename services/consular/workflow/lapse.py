"""Lapses applications after their ten days, mission by mission; the card provider is queried first."""

from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services.consular.applications import rules
from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import transition
from services.consular.missions import each_mission
from services.consular.missions.deadlines import is_over
from services.consular.payments.collection import hosted
from services.consular.payments.collection.hosted import CardProvider
from services.consular.payments.held_money import HELD, MONEY_WAITS, named_in_suspense
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.orders.rules import UNSETTLED, AttemptState
from services.consular.workflow.money import settle
from services.consular.workflow.release import release
from shared.database.db import Database, now
from shared.errors import Refusal
from shared.identity.actor import Actor
from shared.logs import log

# The worker's liveness check stops a job after two minutes: the rest is done in the next run.
BATCH, MAX_PER_RUN = 200, 1_000
# A payer on the last day is not cut off at midnight: an open page keeps the application for this long.
PAGE_LIFETIME = timedelta(hours=1)


def lapse_due(database: Database, actor: Actor, provider: CardProvider, moment: datetime | None = None) -> int:
    """Lapses due applications of every mission, one commit each; returns their number.

    `moment` replaces the database's clock. Two workers may run this at once and may stop at any point: each skips the
    rows that the other has locked.
    """
    lapsed = 0
    for worker, day in each_mission(database, actor, moment):
        lapsed += lapse_at(database, worker, provider, day, MAX_PER_RUN - lapsed)
    return lapsed


def lapse_at(database: Database, actor: Actor, provider: CardProvider, today: date, limit: int = MAX_PER_RUN) -> int:
    """Lapses applications of the actor's mission that are due on its day `today`, in batches; returns their number."""
    lapsed, after = 0, ""
    while True:
        with database.scope(actor.mission) as session:
            batch = list_due(session, today, after)
        for reference in batch:
            lapsed += query_and_lapse(database, actor, provider, reference, today)
        if len(batch) < BATCH or lapsed >= limit:
            return lapsed
        after = batch[-1]


def list_due(session: Session, today: date, after: str = "") -> list[str]:
    """References of the session's mission whose last day has ended, in order, those after `after`; none for whose
    fee money has arrived that the mission looks into."""
    not_held = and_(MONEY_WAITS.is_distinct_from(HELD), Application.reference.not_in(named_in_suspense(session)))
    return list(
        session.scalars(
            select(Application.reference)
            .where(Application.status.in_(rules.WAITING), Application.lapses_on < today, Application.reference > after)
            .where(or_(Application.status != Status.AWAITING_PAYMENT, not_held))
            .order_by(Application.reference)
            .limit(BATCH)
        )
    )


def query_and_lapse(database: Database, actor: Actor, provider: CardProvider, reference: str, today: date) -> bool:
    """Queries the provider about open card payments, then lapses the application unless it must wait."""
    since = query_open_payments(database, actor, provider, reference)
    try:
        with database.scope(actor.mission) as session:
            return lapse(session, actor, reference, today, since)
    except Refusal as refusal:
        log().warning("not lapsed", application=reference, code=refusal.code)
        return False


def query_open_payments(database: Database, actor: Actor, provider: CardProvider, reference: str) -> datetime:
    """Queries open card payments between two transactions; returns the instant before which no answer counts."""
    with database.scope(actor.mission) as session:
        since, references = now(session), [attempt.reference for attempt in _unsettled_attempts(session, reference)]
    for payment in references:
        try:
            hosted.refresh(database, actor, provider, settle.by_answer, payment)
        except Refusal as refusal:
            log().warning("payment unresolved", payment=payment, code=refusal.code)
    return since


def lapse(session: Session, actor: Actor, reference: str, today: date, since: datetime | None = None) -> bool:
    """Lapses an application whose last day is over on `today` at its mission; False when it is not due, or must wait.

    An unsettled payment makes it wait, unless the provider answered after `since` that its page is open and unpaid.
    """
    query = select(Application).where(Application.reference == reference).with_for_update(skip_locked=True)
    application = session.scalar(query.execution_options(populate_existing=True))
    if application is None or application.status not in rules.WAITING or application.lapses_on is None:
        return False
    if not is_over(application.lapses_on, today) or must_wait(session, reference, since):
        return False
    detail = {"last_day": application.lapses_on.isoformat()}
    transition(session, actor, application, Status.LAPSED, detail=detail)
    release(session, actor, application, "lapsed")
    return True


def must_wait(session: Session, reference: str, since: datetime | None) -> bool:
    """Whether money may be on its way: a payment with an unknown outcome, or a page that was opened just now."""
    page_limit = now(session) - PAGE_LIFETIME
    return any(
        not _is_answered(attempt, since) or attempt.opened_at > page_limit
        for attempt in _unsettled_attempts(session, reference)
    )


def _is_answered(attempt: Attempt, since: datetime | None) -> bool:
    return attempt.state == AttemptState.PENDING and since is not None and attempt.changed_at >= since


def _unsettled_attempts(session: Session, reference: str) -> list[Attempt]:
    """The unsettled attempts of all orders of an application: its fee, and the difference to the urgent fee."""
    states = [state.value for state in UNSETTLED]
    orders = select(Order.reference).where(Order.application == reference)
    return list(session.scalars(select(Attempt).where(Attempt.order.in_(orders), Attempt.state.in_(states))))
