"""Closes the books of a mission's days: balances are stored, and the database books nothing before their end again."""

from datetime import date, timedelta

from sqlalchemy import Date, cast, func, insert, select
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


def close_days(session: Session, actor: Actor, day: date) -> int:
    """Closes each day before `day` at the session's mission, by its own figures; how many were closed now.

    A day without any entry since the last close is not closed: its figures are those of the close before.
    """
    zone = missions.find(session, session.info["mission"]).zone
    return sum(_close(session, actor, closing, zone) for closing in _open_days(session, day, zone))


def _open_days(session: Session, day: date, zone: str) -> list[date]:
    """The days with entries that no close has, the first one first; the job may not have run on each."""
    last = session.scalar(select(func.max(Close.until)))
    on = cast(func.timezone(zone, Entry.booked_at), Date)
    booked = select(on).where(Entry.booked_at < start_of_day(day, zone)).distinct().order_by(on)
    return list(session.scalars(booked.where(Entry.booked_at >= last) if last else booked))


def _close(session: Session, actor: Actor, closing: date, zone: str) -> int:
    mission, until = session.info["mission"], start_of_day(closing + timedelta(days=1), zone)
    if now(session) < until + GRACE:
        return 0
    begin = start_of_day(closing, zone)
    booked = select(func.count()).select_from(Entry).where(Entry.booked_at >= begin, Entry.booked_at < until)
    number = session.scalar(booked) or 0
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
