"""Changes of an account's second factors by its owner: each told to the owner, each ending the other sessions."""

from sqlalchemy.orm import Session

from services.gateway.accounts import sessions
from services.gateway.accounts.factors import authenticators, passkeys, recovery_codes
from services.gateway.accounts.factors.passkeys import Site
from services.gateway.accounts.factors.second_step import has_factor
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account
from services.gateway.accounts.sessions import Visitor
from shared.database import audit
from shared.errors import Conflict, Invalid

LAST_OF_STAFF = "last_factor"


def add_authenticator(session: Session, secret: str, visitor: Visitor, typed: str) -> list[str]:
    """Confirms the app by its first code, and gives printed codes. Raises Invalid on `factor_code`."""
    if not authenticators.confirm(session, secret, visitor.account, typed):
        raise Invalid("factor_wrong", field="factor_code")
    codes = recovery_codes.issue(session, secret, visitor.account)
    _changed(session, visitor, "factor.add_authenticator")
    return codes


def remove_authenticator(session: Session, visitor: Visitor) -> None:
    """The app is gone, and its printed codes with it. Raises Conflict (last_factor) for staff without a passkey."""
    if visitor.is_staff and not passkeys.of_account(session, visitor.account):
        raise Conflict(LAST_OF_STAFF)
    authenticators.remove(session, visitor.account)
    recovery_codes.remove(session, visitor.account)
    _changed(session, visitor, "factor.remove_authenticator")


def make_codes(session: Session, secret: str, visitor: Visitor) -> list[str]:
    """Ten new printed codes in place of those before. Raises Conflict (no_factor) where there is nothing to replace."""
    if not has_factor(session, visitor.account):
        raise Conflict("no_factor")
    codes = recovery_codes.issue(session, secret, visitor.account)
    _changed(session, visitor, "factor.make_codes")
    return codes


def add_passkey(
    session: Session, secret: str, browser: str, visitor: Visitor, site: Site, answer: str, name: str
) -> None:
    """Raises Invalid by field."""
    account = session.get_one(Account, visitor.account)
    passkeys.add(session, secret, browser, account, site, answer, name)
    _changed(session, visitor, "factor.add_passkey")


def remove_passkey(session: Session, visitor: Visitor, credential_id: str) -> None:
    """Raises Conflict (last_factor) for the last factor of staff."""
    others = [one for one in passkeys.of_account(session, visitor.account) if one.credential_id != credential_id]
    if visitor.is_staff and not others and not authenticators.exists(session, visitor.account):
        raise Conflict(LAST_OF_STAFF)
    passkeys.remove(session, visitor.account, credential_id)
    _changed(session, visitor, "factor.remove_passkey")


def _changed(session: Session, visitor: Visitor, action: str) -> None:
    account = session.get_one(Account, visitor.account)
    sessions.close_others(session, visitor)
    queue.tell(session, account, queue.FACTOR_CHANGED)
    audit.record(session, visitor.actor, action, account.id)
