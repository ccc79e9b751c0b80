"""Confirms the e-mail address of an account from before addresses were confirmed, by a code that is sent to it."""

from sqlalchemy.orm import Session

from services.gateway.accounts import codes
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account
from services.gateway.accounts.sessions import Visitor
from shared.database import audit, db
from shared.errors import Conflict


def send_code(session: Session, secret: str, visitor: Visitor) -> None:
    """Sends a code to the account's address. Raises Conflict when it is confirmed."""
    account = session.get_one(Account, visitor.account)
    if account.email_confirmed_at is not None:
        raise Conflict("contact_confirmed")
    code = codes.issue(session, secret, _subject(account), codes.CONTACT, account.id)
    queue.queue(session, secret, queue.CONTACT_CODE, account.email, account.language, account.home_mission, code=code)


def confirm(session: Session, secret: str, visitor: Visitor, typed: str) -> bool:
    """Whether the code was right. The caller commits either way, so that a wrong try stays counted."""
    account = session.get_one(Account, visitor.account, with_for_update=True)
    if codes.use(session, secret, _subject(account), codes.CONTACT, typed) is None:
        return False
    account.email_confirmed_at = db.now(session)
    audit.record(session, visitor.actor, "account.confirm_contact", account.id)
    return True


def is_confirmed(session: Session, visitor: Visitor) -> bool:
    """Whether the account's address is confirmed."""
    return session.get_one(Account, visitor.account).email_confirmed_at is not None


def _subject(account: Account) -> str:
    """The code is good for this address only."""
    return f"{account.id} {account.email}"
