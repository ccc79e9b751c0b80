"""Opens accounts and lets their owners in."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.gateway.accounts.contact.emails import fold_email
from services.gateway.accounts.factors import recovery_links, second_step
from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account
from services.gateway.accounts.passwords import check_strength, hash_password, is_outdated, matches
from services.gateway.accounts.sessions import Visitor
from shared.database import audit
from shared.errors import Invalid, Refusal
from shared.identity.actor import ANONYMOUS
from shared.values.person import national_number, strip_controls


def find(session: Session, secret: str, identifier: str) -> Account | None:
    """The open account of this e-mail or national number."""
    return find_by_keys(session, *lookup_keys(secret, identifier))


def find_by_keys(session: Session, email: str, number: str) -> Account | None:
    """The open account of what `lookup_keys` gives."""
    called = or_(Account.email == email, Account.number_key == number)
    return session.scalar(select(Account).where(called, Account.disabled_at.is_(None)))


def sign_in(session: Session, secret: str, identifier: str, password: str) -> Account:
    """The account of this e-mail or national number. Raises one and the same Refusal whatever was wrong."""
    account = find(session, secret, identifier)
    if not matches(account.password_hash if account else None, password) or account is None:
        audit.record(session, ANONYMOUS, "session.refuse", account.id if account else "unknown")
        raise Refusal("sign_in_failed")
    if is_outdated(account.password_hash):
        account.password_hash = hash_password(password)
    return account


def identifier_key(identifier: str) -> str:
    """One spelling for every way to type the same e-mail or national number; other texts in lower case."""
    try:
        return fold_email(identifier)
    except Invalid:
        pass
    try:
        return national_number(identifier)
    except ValueError:
        return strip_controls(identifier).lower()


def lookup_keys(secret: str, identifier: str) -> tuple[str, str]:
    """By what an account is looked up: an e-mail, or the hash of a national number. One of them is always empty.

    An e-mail with eleven digits in it, such as a telephone's, is no national number: it would be the name of two
    accounts, its owner's and the one of whoever has that number.
    """
    spelling = identifier_key(identifier)
    number = "" if "@" in spelling else number_key(secret, identifier)
    return "" if number else spelling, number


def number_key(secret: str, text: str) -> str:
    """By which an account is found again from its national number; anything else gives a key nobody has."""
    try:
        return keyed_hash(secret, "national_number", national_number(text))
    except ValueError:
        return ""


def of_visitor(session: Session, visitor: Visitor) -> Account:
    """The account of whoever is signed in."""
    return session.get_one(Account, visitor.account)


def has_password(account: Account, password: str) -> bool:
    """Whether this is the account's password."""
    return matches(account.password_hash, password)


def change_mission(session: Session, visitor: Visitor, mission: str) -> None:
    """Sends the account's later applications to another mission."""
    account = session.get_one(Account, visitor.account)
    account.home_mission = mission
    audit.record(session, visitor.actor, "account.move", account.id, to=mission)


def change_password(session: Session, visitor: Visitor, old: str, new: str) -> None:
    """Raises Invalid by field. The caller ends the other sessions in the same transaction."""
    account = session.get_one(Account, visitor.account)
    if not matches(account.password_hash, old):
        raise Invalid("password_wrong", field="old_password")
    check_strength(new, account.email)
    account.password_hash = hash_password(new)
    recovery_links.end_links(session, account.id)
    second_step.end_waiting(session, account.id)
    queue.tell(session, account, queue.PASSWORD_CHANGED)
    audit.record(session, visitor.actor, "account.change_password", account.id)
