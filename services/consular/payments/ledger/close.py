"""Closes the books of a mission's day: its balances are stored, and the database books nothing before its end again."""

from datetime import date, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.payments.ledger import entries
from services.consular.payments.ledger.model import Close, ClosingBalance, Entry
from shared.database import audit
from shared.database.db import now
from shared.database.rows import table_of
from shared.identity.actor import Actor
from shared.values.dates import start_of_day

# An entry bears the instant at which its transaction began; the longest one ends well within this time.
GRACE = timedelta(hours=1)


def close_yesterday(session: Session, actor: Actor, day: date) -> int:
    """Closes the day before `day` at the session's mission; 1 where it was closed now.

    A day without any entry since the last close is not closed: its figures are those of the close before.
    """
    mission, closing = session.info["mission"], day - timedelta(days=1)
    until = start_of_day(day, missions.find(session, mission).zone)
    if now(session) < until + GRACE:
        return 0
    last = session.scalar(select(func.max(Close.until)))
    if last is not None and last >= until:
        return 0
    booked = select(func.count()).select_from(Entry).where(Entry.booked_at < until)
    number = session.scalar(booked.where(Entry.booked_at >= last) if last else booked) or 0
    if not number:
        return 0
    row = {"mission": mission, "day": closing, "until": until, "closed_at": now(session), "entries": number}
    session.execute(insert(table_of(Close)), row)
    balances = [
        {"mission": mission, "day": closing, "account": account, "currency": currency, "amount": amount}
        for (account, currency), amount in entries.balances(session, until).items()
        if amount
    ]
    if balances:
        session.execute(insert(table_of(ClosingBalance)), balances)
    audit.record(session, actor, "ledger.closed", closing.isoformat(), count=number)
    return 1
