"""The ledger's entries, which are only ever added to. Debit is positive, credit negative, in minor units."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from services.consular.payments.ledger.model import Account, Entry, Line
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.ledger.rules import unbalanced
from shared.database import pending
from shared.database.db import now
from shared.database.rows import table_of
from shared.identity.actor import Actor
from shared.values.money import Money

_LINES = pending.recordset(table_of(Line), ("account", "amount", "currency"), "lines")
# Accounts are opened in one order, so that two entries that open the same ones wait for each other instead of dying.
_BOOK = text(f"""
    WITH opened AS (
        INSERT INTO {table_of(Account).name} (mission, code, opened_at)
        SELECT DISTINCT CAST(:mission AS text), account, CAST(:booked_at AS timestamptz) FROM {_LINES} ORDER BY account
        ON CONFLICT DO NOTHING
    ), booked AS (
        INSERT INTO entry (id, mission, kind, source, about, actor, booked_at, reverses)
        VALUES (:id, :mission, :kind, :source, :about, :actor, :booked_at, CAST(:reverses AS uuid))
        RETURNING id, mission
    )
    INSERT INTO line (entry, mission, account, amount, currency)
    SELECT id, mission, account, amount, currency FROM booked, {_LINES} ORDER BY sent.{pending.PLACE}
""")  # noqa: S608


def post_entry(
    session: Session,
    actor: Actor,
    *,
    mission: str,
    kind: str,
    source: str,
    about: str,
    postings: Sequence[Posting],
    reverses: UUID | None = None,
) -> UUID:
    """Books one entry. Raises ValueError unless each currency's legs sum to zero; a second entry of the same kind and
    source is refused by the database."""
    imbalance = unbalanced(posting.money for posting in postings)
    if imbalance or len(postings) < 2:
        raise ValueError(f"an entry must balance: {imbalance}")
    entry = uuid4()
    lines = [
        {"account": posting.account, "amount": posting.money.amount, "currency": posting.money.currency}
        for posting in postings
    ]
    row = {
        "id": entry,
        "mission": mission,
        "kind": kind,
        "source": source,
        "about": about,
        "actor": actor.id,
        "booked_at": now(session),
        "reverses": reverses,
        "lines": pending.as_json(lines),
    }
    session.execute(_BOOK, row)
    return entry


def reverse(session: Session, actor: Actor, entry: UUID) -> UUID:
    """Books the opposite of an entry. The database refuses a second reversal of the same one."""
    original = session.get_one(Entry, entry)
    lines = session.scalars(select(Line).where(Line.entry == entry).order_by(Line.id))
    return post_entry(
        session,
        actor,
        mission=original.mission,
        kind="reversal",
        source=str(entry),
        about=original.about,
        postings=[Posting(line.account, Money(-line.amount, line.currency)) for line in lines],
        reverses=entry,
    )


def balances(session: Session, before: datetime | None = None) -> dict[tuple[str, str], int]:
    """The trial balance of the mission in scope: sums by account and currency, debit positive.

    `before` leaves out what was booked at that instant or later.
    """
    query = select(Line.account, Line.currency, func.sum(Line.amount)).group_by(Line.account, Line.currency)
    if before is not None:
        query = query.join(Entry, Entry.id == Line.entry).where(Entry.booked_at < before)
    rows = session.execute(query)
    return {(account, currency): int(amount) for account, currency, amount in rows}


def balance(session: Session, account: str, currency: str) -> Money:
    """The balance of an account of the mission in scope, debit positive."""
    return Money(balances(session).get((account, currency), 0), currency)
