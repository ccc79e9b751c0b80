"""Confirms the e-mail address of an account from before addresses were confirmed, by a code that is sent to it."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.gateway.accounts.contact import codes
from services.gateway.accounts.contact.emails import fold_email
from services.gateway.accounts.factors import recovery_links
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


def begin_change(session: Session, secret: str, visitor: Visitor, typed: str) -> str:
    """Sends a code to the new address, and gives it folded. An address that somebody has gets none. Raises Invalid."""
    account = session.get_one(Account, visitor.account)
    email = fold_email(typed)
    code = codes.issue(session, secret, _new(account, email), codes.NEW_CONTACT, account.id)
    is_known = session.scalar(select(Account.id).where(Account.email == email)) is not None
    about = queue.CONTACT_CODE, email, account.language, account.home_mission
    # The same row is written either way, so that the time of the answer does not tell who has an account.
    mail = queue.queue(session, secret, *about, code=code)
    if is_known:
        queue.withhold(mail)
    return email


def finish_change(session: Session, secret: str, visitor: Visitor, email: str, typed: str) -> bool:
    """Whether the code is right: the account then has the new address, and the old one is told. The caller commits."""
    account = session.get_one(Account, visitor.account, with_for_update=True)
    folded = fold_email(email)
    if codes.use(session, secret, _new(account, folded), codes.NEW_CONTACT, typed) is None:
        return False
    queue.tell(session, account, queue.CONTACT_CHANGED)
    try:
        with session.begin_nested():
            account.email, account.email_confirmed_at = folded, db.now(session)
    except IntegrityError:
        session.refresh(account)
        return False
    recovery_links.end_links(session, account.id)
    audit.record(session, visitor.actor, "account.change_contact", account.id)
    return True


def is_confirmed(session: Session, visitor: Visitor) -> bool:
    """Whether the account's address is confirmed."""
    return session.get_one(Account, visitor.account).email_confirmed_at is not None


def _new(account: Account, email: str) -> str:
    """The code is good for this new address only."""
    return f"{account.id} {email}"


def _subject(account: Account) -> str:
    """The code is good for this address only."""
    return f"{account.id} {account.email}"
