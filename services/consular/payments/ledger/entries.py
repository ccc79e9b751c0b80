"""The ledger's entries, which are only ever added to. Debit is positive, credit negative, in minor units."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.payments.ledger.model import Account, Entry, Line
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.ledger.rules import unbalanced
from shared.database.db import now
from shared.identity.actor import Actor
from shared.values.money import Money


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
    booked_at = now(session)
    _open_accounts(session, mission, {posting.account for posting in postings}, booked_at)
    entry = Entry(
        id=uuid4(),
        mission=mission,
        kind=kind,
        source=source,
        about=about,
        actor=actor.id,
        booked_at=booked_at,
        reverses=reverses,
    )
    session.add(entry)
    session.flush()
    session.add_all(_line(entry, posting) for posting in postings)
    session.flush()
    return entry.id


def _line(entry: Entry, posting: Posting) -> Line:
    return Line(
        entry=entry.id,
        mission=entry.mission,
        account=posting.account,
        amount=posting.money.amount,
        currency=posting.money.currency,
    )


def _open_accounts(session: Session, mission: str, codes: set[str], at: datetime) -> None:
    # In one order, so that two entries that open the same accounts wait for each other instead of dying.
    values = [{"mission": mission, "code": code, "opened_at": at} for code in sorted(codes)]
    session.execute(insert(Account).values(values).on_conflict_do_nothing())


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


def balances(session: Session) -> dict[tuple[str, str], int]:
    """The trial balance of the mission in scope: sums by account and currency, debit positive."""
    rows = session.execute(
        select(Line.account, Line.currency, func.sum(Line.amount)).group_by(Line.account, Line.currency)
    )
    return {(account, currency): int(amount) for account, currency, amount in rows}


def balance(session: Session, account: str, currency: str) -> Money:
    """The balance of an account of the mission in scope, debit positive."""
    return Money(balances(session).get((account, currency), 0), currency)
