"""What somebody wants to hear where, and the telephone that was confirmed for it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.gateway.accounts.contact import codes
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account
from services.gateway.accounts.sessions import Visitor
from shared.database import audit, db
from shared.errors import Conflict, Invalid
from shared.forms.phones import read_phone


@dataclass(frozen=True)
class Channels:
    """The choices of an account."""

    by_mail: bool
    by_sms: bool
    phone: str
    is_confirmed: bool


def read(session: Session, visitor: Visitor) -> Channels:
    """As they are."""
    account = session.get_one(Account, visitor.account)
    confirmed = account.phone_confirmed_at is not None
    return Channels(account.news_by_mail, account.news_by_sms, account.phone or "", confirmed)


def choose(session: Session, visitor: Visitor, *, by_mail: bool, by_sms: bool) -> None:
    """Raises Conflict (phone_needed) for text messages without a confirmed telephone."""
    account = session.get_one(Account, visitor.account)
    if by_sms and account.phone_confirmed_at is None:
        raise Conflict("phone_needed")
    account.news_by_mail, account.news_by_sms = by_mail, by_sms
    audit.record(session, visitor.actor, "account.channels", account.id, mail=by_mail, sms=by_sms)


def read_number(typed: str) -> str:
    """The one spelling of a telephone's number. Raises Invalid on `phone`."""
    try:
        return read_phone(typed, "")
    except ValueError as error:
        raise Invalid("phone_abroad", field="phone") from error


def send_code(session: Session, secret: str, visitor: Visitor, phone: str) -> None:
    """Sends a code to a telephone; nothing else is sent to it before the code was typed."""
    account = session.get_one(Account, visitor.account)
    account.phone, account.phone_confirmed_at, account.news_by_sms = phone, None, False
    code = codes.issue(session, secret, _subject(account), codes.PHONE, account.id)
    queue.queue_sms(session, secret, account, queue.PHONE_CODE, phone, code=code)
    audit.record(session, visitor.actor, "account.change_phone", account.id)


def confirm(session: Session, secret: str, visitor: Visitor, typed: str) -> bool:
    """Whether the code was right. The caller commits either way, so that a wrong try stays counted."""
    account = session.get_one(Account, visitor.account, with_for_update=True)
    if not account.phone or codes.use(session, secret, _subject(account), codes.PHONE, typed) is None:
        return False
    account.phone_confirmed_at, account.news_by_sms = db.now(session), True
    queue.tell(session, account, queue.CHANNELS_CHANGED)
    audit.record(session, visitor.actor, "account.confirm_phone", account.id)
    return True


def _subject(account: Account) -> str:
    """The code is good for this telephone only."""
    return f"{account.id} {account.phone}"
