"""Tills as the desk sees them: the officer's open ones, closed ones with their day sheets, the safe, deposits.

What should be in an open till is shown to nobody.
"""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.model import Entry, Line
from services.consular.payments.tills.denominations import denominations
from services.consular.payments.tills.model import Deposit, Till
from services.consular.payments.tills.rules import CLOSED, OPEN
from shared.database import audit
from shared.database.rows import find_row
from shared.errors import NotFound
from shared.identity.access import check_access
from shared.identity.actor import Actor

LATEST = 15
# Missions take these beside their own currency.
ALSO_TAKEN = ("USD", "EUR")
SEES_ALL = frozenset({"head_of_mission", "auditor"})
View = dict[str, Any]


def overview(session: Session, actor: Actor) -> View:
    """The actor's open tills, the latest closed ones, what is in the safe, the latest deposits, coins and notes."""
    check_access(actor, "till.list", mission=session.info["mission"])
    own = missions.find(session, actor.mission).currency
    tills = session.scalars(select(Till).where(Till.officer == actor.id, Till.state == OPEN).order_by(Till.currency))
    closed = select(Till).where(Till.state == CLOSED).order_by(Till.closed_at.desc()).limit(LATEST)
    if actor.role not in SEES_ALL:
        closed = closed.where(Till.officer == actor.id)
    deposits = session.scalars(select(Deposit).order_by(Deposit.made_at.desc()).limit(LATEST))
    safe = [
        {"amount": amount, "currency": currency}
        for (account, currency), amount in sorted(entries.balances(session).items())
        if account == accounts.SAFE and amount
    ]
    audit.record(session, actor, "till.listed", actor.mission or "")
    return {
        "open": [_till(till) for till in tills],
        "closed": [_till(till) for till in session.scalars(closed)],
        "safe": safe,
        "deposits": [_deposit(row) for row in deposits],
        "denominations": [
            {"currency": currency, "pieces": list(denominations()[currency])}
            for currency in dict.fromkeys((own, *ALSO_TAKEN))
        ],
    }


def day_sheet(session: Session, actor: Actor, reference: str) -> View:
    """A closed till with each of its entries, in order, and their sums by kind; of an open one only how many there
    are. Raises NotFound, also for another officer's till."""
    till = find_row(session, Till, reference)
    check_access(actor, "till.list", mission=till.mission)
    if till.officer != actor.id and actor.role not in SEES_ALL:
        raise NotFound()
    audit.record(session, actor, "till.read", reference)
    booked = _booked(till)
    if till.state == OPEN:
        number = session.scalar(select(func.count()).select_from(booked.subquery())) or 0
        return {**_till(till), "lines": [], "sums": [], "entries": number}
    lines = [
        {"at": at.isoformat(), "kind": kind, "source": source, "about": about, "amount": int(amount)}
        for at, kind, source, about, amount in session.execute(booked)
    ]
    kinds = dict.fromkeys(line["kind"] for line in lines)
    sums = [{"kind": kind, "amount": sum(line["amount"] for line in lines if line["kind"] == kind)} for kind in kinds]
    return {**_till(till), "lines": lines, "sums": sums, "entries": len(lines)}


def _booked(till: Till) -> Any:
    """Every entry of the officer's account while the till was open, the float and the count included."""
    account = (Line.account == accounts.cash_of(till.officer), Line.currency == till.currency)
    closed_at = till.closed_at or func.now()
    return (
        select(Entry.booked_at, Entry.kind, Entry.source, Entry.about, func.sum(Line.amount).label("amount"))
        .join(Line, Line.entry == Entry.id)
        .where(*account, Entry.booked_at >= till.opened_at, Entry.booked_at <= closed_at)
        .group_by(Entry.id, Entry.booked_at, Entry.kind, Entry.source, Entry.about)
        .order_by(Entry.booked_at, func.min(Line.id))
    )


def _till(till: Till) -> View:
    return {
        "reference": till.reference,
        "officer": till.officer,
        "currency": till.currency,
        "state": till.state,
        "opened_at": till.opened_at.isoformat(),
        "float": till.float_amount,
        "closed_at": till.closed_at.isoformat() if till.closed_at else None,
        "counted": till.counted_amount,
        "expected": till.expected_amount,
        "variance": till.variance,
    }


def _deposit(row: Deposit) -> View:
    return {
        "reference": row.reference,
        "amount": row.amount,
        "currency": row.currency,
        "slip": row.slip,
        "made_at": row.made_at.isoformat(),
    }
