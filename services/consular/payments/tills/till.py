"""A till's day: opened with a counted float, closed by a count that nobody helps, and the difference booked.

Cash is taken and paid only while the officer's till is open: who takes it locks the till's row for sharing, and closing
waits for them.
"""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.tills.denominations import counted
from services.consular.payments.tills.model import Pieces, Till
from services.consular.payments.tills.rules import CLOSED, OPEN
from shared.database import audit
from shared.database.db import now
from shared.database.rows import lock_row, table_of
from shared.errors import Conflict, NotFound
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.values import references
from shared.values.money import Money

REFERENCE_LENGTH = 10


def open_till(session: Session, actor: Actor, currency: str, pieces: Pieces) -> Till:
    """Opens the acting officer's till of a currency, with a float out of the mission's safe.

    Raises Conflict (till_open), Invalid (no_such_piece; unknown_choice).
    """
    mission = session.info["mission"]
    check_access(actor, "till.open", mission=mission)
    money, reference = counted(currency, pieces), references.new(mission, REFERENCE_LENGTH, "T")
    row = {
        "reference": reference,
        "mission": mission,
        "officer": actor.id,
        "currency": currency,
        "state": OPEN,
        "opened_at": now(session),
        "float_amount": money.amount,
        "float_pieces": pieces,
    }
    statement = insert(table_of(Till)).on_conflict_do_nothing().returning(table_of(Till).c.reference)
    if session.scalar(statement, row) is None:
        raise Conflict("till_open")
    till = session.get_one(Till, reference)
    _book_cash(session, actor, till, "till_float", accounts.SAFE, accounts.cash_of(actor.id), money)
    audit.record(session, actor, "till.opened", reference, currency=currency, amount=money.amount)
    return till


def close_till(session: Session, actor: Actor, reference: str, pieces: Pieces) -> Till:
    """Closes the acting officer's till by their count: the difference is booked, and the cash goes into the safe.

    Nothing tells the officer beforehand what should be there. Raises NotFound for another officer's till, Conflict
    (till_closed), Invalid (no_such_piece).
    """
    till = lock_row(session, Till, reference)
    check_access(actor, "till.close", mission=till.mission)
    if till.officer != actor.id:
        raise NotFound()
    if till.state != OPEN:
        raise Conflict("till_closed")
    money, account = counted(till.currency, pieces), accounts.cash_of(actor.id)
    expected = entries.balance(session, account, till.currency)
    till.state, till.closed_at = CLOSED, now(session)
    till.counted_amount, till.counted_pieces = money.amount, pieces
    till.expected_amount, till.variance = expected.amount, money.amount - expected.amount
    session.flush()
    # What lacks leaves the till for the account of variances; what is too much comes out of it.
    _book_cash(session, actor, till, "till_variance", account, accounts.TILL_VARIANCE, expected - money)
    _book_cash(session, actor, till, "till_closed", account, accounts.SAFE, money)
    audit.record(session, actor, "till.closed", reference, currency=till.currency, variance=till.variance)
    return till


def require_open(session: Session, actor: Actor, currency: str) -> Till:
    """The acting officer's open till of a currency, kept open until the transaction ends. Raises Conflict
    (till_needed)."""
    till = session.scalar(
        select(Till)
        .where(Till.officer == actor.id, Till.currency == currency, Till.state == OPEN)
        .with_for_update(read=True)
    )
    if till is None:
        raise Conflict("till_needed", currency=currency)
    return till


def _book_cash(session: Session, actor: Actor, till: Till, kind: str, source: str, target: str, money: Money) -> None:
    """Books money from one account into another; a negative amount goes the other way, and nothing is no entry."""
    if not money.amount:
        return
    entries.post_entry(
        session,
        actor,
        mission=till.mission,
        kind=kind,
        source=till.reference,
        about=till.reference,
        postings=[Posting(target, money), Posting(source, -money)],
    )
