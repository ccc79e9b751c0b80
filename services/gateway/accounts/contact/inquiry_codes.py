"""A code for one inquiry exactly as it is written: another word or file, another inquiry, and it opens nothing."""

from sqlalchemy.orm import Session

from services.gateway.accounts.contact import codes
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account
from services.gateway.accounts.sessions import Visitor


def send_code(session: Session, secret: str, visitor: Visitor, reference: str, digest: str) -> None:
    """Sends a code to the account's confirmed address; the one before stops working."""
    account = session.get_one(Account, visitor.account)
    code = codes.issue(session, secret, _subject(account, reference, digest), codes.INQUIRY, account.id)
    queue.queue(session, secret, queue.INQUIRY_CODE, account.email, account.language, account.home_mission, code=code)


def is_right(session: Session, secret: str, visitor: Visitor, reference: str, digest: str, typed: str) -> bool:
    """Whether this is the code, which is then used up. The caller commits, so that a wrong try stays counted."""
    account = session.get_one(Account, visitor.account)
    return codes.use(session, secret, _subject(account, reference, digest), codes.INQUIRY, typed) is not None


def _subject(account: Account, reference: str, digest: str) -> str:
    return f"{account.id} {reference} {digest}"


def tell_answered(session: Session, account_id: str) -> bool:
    """Tells the owner of an account that there is news, whatever its mission. False where nobody may be told.

    Whoever has a confirmed person has a notice, which leaves the house by itself.
    """
    account = session.get(Account, account_id)
    return account is not None and account.person is None and queue.tell(session, account)
