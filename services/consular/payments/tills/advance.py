"""Cash that the ministry advances for a mission's safe, out of which tills are opened before any money is taken."""

from sqlalchemy.orm import Session

from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.model import Entry
from services.consular.payments.ledger.postings import Posting
from shared.database import audit
from shared.identity.actor import Actor
from shared.values.money import Money

KIND = "safe_advance"


def receive_advance(session: Session, actor: Actor, money: Money, source: str) -> bool:
    """Books an advance into the safe of the session's mission; False where one of this source was booked before."""
    mission = session.info["mission"]
    if session.query(Entry.id).filter_by(mission=mission, kind=KIND, source=source).first():
        return False
    entries.post_entry(
        session,
        actor,
        mission=mission,
        kind=KIND,
        source=source,
        about=source,
        postings=[Posting(accounts.SAFE, money), Posting(accounts.ADVANCE, -money)],
    )
    audit.record(session, actor, "safe.advanced", source, currency=money.currency, amount=money.amount)
    return True
