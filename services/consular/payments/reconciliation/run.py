"""Runs the comparison: keeps what does not fit with its age and owner, and ends what fits by now."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions import each_mission
from services.consular.payments.reconciliation import compare
from services.consular.payments.reconciliation.compare import QueryStatus
from services.consular.payments.reconciliation.model import Discrepancy, Reconciliation
from services.consular.payments.reconciliation.rules import Finding, is_overdue
from services.consular.payments.transfers.model import BankLine
from shared.database import audit
from shared.database.db import Database, now
from shared.database.rows import lock_row, table_of
from shared.errors import NotFound
from shared.identity.actor import Actor
from shared.logs import log


def run_due(database: Database, actor: Actor, query: QueryStatus) -> int:
    """Compares at each mission that has not been compared on its day; returns at how many."""
    count = 0
    for worker, day in each_mission(database, actor):
        with database.scope(worker.mission) as session:
            is_done = _last_day(session) == day
        if not is_done:
            run(database, worker, query)
            count += 1
    return count


def _last_day(session: Session) -> date | None:
    at = session.scalar(select(func.max(Reconciliation.run_at)))
    return missions.day_of(session, session.info["mission"], at) if at else None


def run(database: Database, actor: Actor, query: QueryStatus) -> Reconciliation:
    """Compares journal, provider and bank at the actor's mission now. The provider is asked between transactions."""
    with database.scope(actor.mission) as session:
        payments = compare.card_payments(session)
    cards = compare.card_findings(payments, query)
    with database.scope(actor.mission) as session:
        findings = [*compare.bank_findings(session), *cards]
        return _store(session, actor, findings, len(payments))


def _store(session: Session, actor: Actor, findings: Sequence[Finding], payments: int) -> Reconciliation:
    at, mission = now(session), str(session.info["mission"])
    lines = session.scalar(select(func.count()).select_from(table_of(BankLine))) or 0
    overdue = sum(is_overdue(finding.since, at) for finding in findings)
    if findings:
        _keep(session, mission, findings)
    session.execute(
        update(Discrepancy)
        .where(Discrepancy.ended_at.is_(None), Discrepancy.seen_at < at)
        .values(ended_at=at)
        .execution_options(synchronize_session=False)
    )
    run = Reconciliation(mission=mission, run_at=at, compared=lines + payments, open=len(findings), overdue=overdue)
    session.add(run)
    session.flush()
    audit.record(session, actor, "books.compared", mission, open=len(findings), overdue=overdue)
    if overdue:
        log().warning("books do not fit", mission=mission, open=len(findings), overdue=overdue)
    return run


def _keep(session: Session, mission: str, findings: Sequence[Finding]) -> None:
    """One statement. What is found again keeps its first day and its owner; what had ended begins anew."""
    at = now(session)
    sent = insert(Discrepancy).values(
        [
            {
                "mission": mission,
                "kind": one.kind,
                "about": one.about,
                "amount": one.money.amount,
                "currency": one.money.currency,
                "owner": one.owner,
                "since": one.since,
                "seen_at": at,
                "ended_at": None,
            }
            for one in {(one.kind, one.about): one for one in findings}.values()
        ]
    )
    new = sent.excluded
    session.execute(
        sent.on_conflict_do_update(
            index_elements=["mission", "kind", "about"],
            set_={
                "amount": new.amount,
                "currency": new.currency,
                "seen_at": at,
                "ended_at": None,
                "owner": func.coalesce(new.owner, Discrepancy.owner),
                "since": case(
                    (Discrepancy.ended_at.is_not(None), new.since), else_=func.least(Discrepancy.since, new.since)
                ),
            },
        )
    )


def take(session: Session, actor: Actor, kind: str, about: str) -> Discrepancy:
    """The actor answers for something that does not fit. Raises NotFound where it fits by now."""
    row = lock_row(session, Discrepancy, (session.info["mission"], kind, about))
    if row.ended_at is not None:
        raise NotFound()
    row.owner = actor.id
    session.flush()
    audit.record(session, actor, "books.taken", about, reason=kind)
    return row
