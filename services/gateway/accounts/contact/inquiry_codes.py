"""A code for one inquiry exactly as it is written: another word or file, another inquiry, and it opens nothing.

It comes by e-mail or as a text message. Whoever has an authenticator app may type its code of now instead, which is
used up together with the inquiry.
"""

from sqlalchemy.orm import Session

from services.gateway.accounts.contact import codes
from services.gateway.accounts.factors import authenticators
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account
from services.gateway.accounts.sessions import Visitor
from shared.errors import Invalid

MAIL, SMS, APP = "mail", "sms", "app"


def channels(session: Session, visitor: Visitor) -> list[str]:
    """The ways by which the account may confirm an inquiry: its mailbox, its confirmed telephone, its app."""
    account = session.get_one(Account, visitor.account)
    has_phone, has_app = account.phone_confirmed_at is not None, authenticators.exists(session, account.id)
    return [MAIL, *([SMS] if has_phone else []), *([APP] if has_app else [])]


def send_code(session: Session, secret: str, visitor: Visitor, about: tuple[str, str], channel: str) -> None:
    """Sends a code for a reference and its digest; the one before stops working. An app needs none sent.

    Raises Invalid on `channel` for a way that the account does not have.
    """
    if channel not in channels(session, visitor):
        raise Invalid("unknown_choice", field="channel")
    if channel == APP:
        return
    account = session.get_one(Account, visitor.account)
    code = codes.issue(session, secret, _subject(account, *about), codes.INQUIRY, account.id)
    if channel == SMS:
        queue.queue_sms(session, secret, account, queue.INQUIRY_CODE, account.phone or "", code=code)
    else:
        queue.queue(
            session, secret, queue.INQUIRY_CODE, account.email, account.language, account.home_mission, code=code
        )


def is_right(
    session: Session, secret: str, visitor: Visitor, about: tuple[str, str], typed: str, *, specimen: bool
) -> bool:
    """Whether this is the code, which is then used up. The caller commits, so that a wrong try stays counted."""
    account = session.get_one(Account, visitor.account)
    # Six digits are an app's; what we send is longer.
    if authenticators.digits(typed):
        return authenticators.use(session, secret, account.id, typed, specimen=specimen)
    return codes.use(session, secret, _subject(account, *about), codes.INQUIRY, typed) is not None


def _subject(account: Account, reference: str, digest: str) -> str:
    return f"{account.id} {reference} {digest}"


def tell_answered(session: Session, account_id: str) -> bool:
    """Tells the owner of an account that there is news, whatever its mission. False where nobody may be told.

    Whoever has a confirmed person has a notice, which leaves the house by itself.
    """
    account = session.get(Account, account_id)
    return account is not None and account.person is None and queue.tell(session, account)
