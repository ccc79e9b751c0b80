"""The books of a day: what was taken, what is in suspense and for how long, what is owed back, what does not fit."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.disputes.model import Dispute
from services.consular.payments.ledger.accounts import EXCHANGE
from services.consular.payments.ledger.model import Entry, Line
from services.consular.payments.orders.model import Attempt
from services.consular.payments.orders.rules import AttemptState
from services.consular.payments.reconciliation.model import Discrepancy, Reconciliation
from services.consular.payments.reconciliation.rules import is_overdue
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import ENDED
from services.consular.payments.transfers.model import BankLine
from services.consular.views.money.bank import age_in_days
from shared.database import audit
from shared.database.db import now
from shared.identity.actor import Actor

View = dict[str, Any]
DAYS = 14
# How long money has been in suspense, in days: up to the first number, up to the next ...
AGES = (0, 7, 30)
LIST_LENGTH = 200
# Disputes that ended are shown for so many days.
DISPUTE_DAYS = 30


def books(session: Session, actor: Actor, on: date | None) -> View:
    """The picture of a day at the session's mission, by default today's. The read is recorded."""
    mission = session.info["mission"]
    today = missions.today(session, mission)
    day = min(on or today, today)
    audit.record(session, actor, "books.read", mission, day=day.isoformat())
    run = session.scalar(select(Reconciliation).order_by(Reconciliation.run_at.desc()).limit(1))
    return {
        "day": day.isoformat(),
        "today": today.isoformat(),
        "taken": _taken(session, mission, day),
        "methods": _by_method(session, mission, day),
        "suspense": _suspense(session, mission),
        "refunds": _refunds(session, mission),
        "open": _open(session, mission),
        "disputes": _disputes(session, mission),
        "run": {"at": run.run_at.isoformat(), "compared": run.compared, "open": run.open, "overdue": run.overdue}
        if run
        else None,
    }


def _taken(session: Session, mission: str, last: date) -> list[View]:
    """What was taken on each of the last days, by currency: the money that came in, less what was reversed."""
    day = _day_of(session, mission)
    rows = session.execute(
        select(day, Line.currency, func.sum(Line.amount))
        .join(Entry, Entry.id == Line.entry)
        .where(Entry.kind.in_(("payment", "reversal")), Line.account != EXCHANGE, Line.account.not_like("due:%"))
        .where(day > last - timedelta(days=DAYS), day <= last)
        .group_by(day, Line.currency)
    )
    sums: dict[str, dict[date, int]] = defaultdict(dict)
    for on, currency, amount in rows:
        sums[currency][on] = int(amount)
    days = [last - timedelta(days=back) for back in reversed(range(DAYS))]
    return [
        {
            "currency": currency,
            "days": [{"day": on.isoformat(), "amount": by_day.get(on, 0)} for on in days],
            "amount": by_day.get(last, 0),
        }
        for currency, by_day in sorted(sums.items())
    ]


def _day_of(session: Session, mission: str) -> Any:
    return cast(func.timezone(missions.find(session, mission).zone, Entry.booked_at), Date)


def _by_method(session: Session, mission: str, on: date) -> list[View]:
    """The payments of the day by method and currency."""
    rows = session.execute(
        select(Attempt.method, Attempt.currency, func.count(), func.sum(Attempt.amount))
        .join(Entry, (Entry.source == Attempt.reference) & (Entry.kind == "payment"))
        .where(_day_of(session, mission) == on, Attempt.state == AttemptState.SUCCEEDED.value)
        .group_by(Attempt.method, Attempt.currency)
        .order_by(Attempt.method, Attempt.currency)
    )
    return [
        {"method": method, "currency": currency, "count": count, "amount": int(amount)}
        for method, currency, count, amount in rows
    ]


def _suspense(session: Session, mission: str) -> list[View]:
    """Lines in suspense by age: how many, and how much in each currency; debits count with their sign."""
    rows = session.scalars(select(BankLine).where(BankLine.open_amount != 0)).all()
    buckets: list[list[BankLine]] = [[] for _ in range(len(AGES) + 1)]
    for row in rows:
        age = age_in_days(session, mission, row.imported_at)
        buckets[sum(age > limit for limit in AGES)].append(row)
    return [
        {"age": name, "count": len(bucket), "sums": _sums((row.currency, row.open_amount) for row in bucket)}
        for name, bucket in zip(("today", "week", "month", "older"), buckets, strict=True)
    ]


def _refunds(session: Session, mission: str) -> View:
    """What is owed back and not paid yet, and since how many days the oldest of it."""
    rows = session.execute(
        select(Refund.currency, Refund.amount, Refund.marked_at)
        .where(Refund.state.not_in([state.value for state in ENDED]))
        .order_by(Refund.marked_at)
    ).all()
    oldest = age_in_days(session, mission, rows[0].marked_at) if rows else 0
    return {"count": len(rows), "oldest": oldest, "sums": _sums((row.currency, row.amount) for row in rows)}


def _disputes(session: Session, mission: str) -> list[View]:
    """Open disputes, the oldest first, and those that ended lately."""
    since = now(session) - timedelta(days=DISPUTE_DAYS)
    rows = session.scalars(
        select(Dispute)
        .where(Dispute.ended_at.is_(None) | (Dispute.ended_at > since))
        .order_by(Dispute.ended_at.is_not(None), Dispute.opened_at, Dispute.reference)
        .limit(LIST_LENGTH)
    )
    return [
        {
            "payment": row.attempt,
            "application": row.application,
            "amount": row.amount,
            "currency": row.currency,
            "state": row.state,
            "answer_by": row.answer_by.isoformat() if row.answer_by else None,
            "age": age_in_days(session, mission, row.opened_at),
        }
        for row in rows
    ]


def _sums(pairs: Iterable[tuple[str, int]]) -> list[View]:
    sums: dict[str, int] = defaultdict(int)
    for currency, amount in pairs:
        sums[currency] += amount
    return [{"currency": currency, "amount": amount} for currency, amount in sorted(sums.items())]


def _open(session: Session, mission: str) -> list[View]:
    """What the last comparison found, oldest first."""
    rows = session.scalars(
        select(Discrepancy).where(Discrepancy.ended_at.is_(None)).order_by(Discrepancy.since).limit(LIST_LENGTH)
    )
    return [
        {
            "kind": row.kind,
            "about": row.about,
            "amount": row.amount,
            "currency": row.currency,
            "owner": row.owner,
            "age": age_in_days(session, mission, row.since),
            "overdue": is_overdue(row.since, now(session)),
        }
        for row in rows
    ]
