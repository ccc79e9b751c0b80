"""Opens accounts, lets their owners in, and ties an account to the person the register knows."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.gateway.accounts.emails import fold_email
from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.model import Account
from services.gateway.accounts.passwords import check_strength, hash_password, is_outdated, matches
from services.gateway.accounts.sessions import Visitor, actor_of
from shared.database import audit
from shared.errors import Conflict, Invalid, Refusal
from shared.identity.actor import ANONYMOUS
from shared.values.person import national_number, strip_controls


def create(session: Session, email: str, password: str, mission: str, language: str) -> Account:
    """A new expatriate's account, not yet tied to a person. Raises Invalid by field."""
    folded = fold_email(email)
    check_strength(password, folded)
    account = Account(email=folded, password_hash=hash_password(password), home_mission=mission, language=language)
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as taken:
        raise Invalid("email_taken", field="email") from taken
    audit.record(session, actor_of(account), "account.create", account.id)
    return account


def find(session: Session, secret: str, identifier: str) -> Account | None:
    """The open account of this e-mail or national number."""
    return session.scalar(select(Account).where(_is_called(secret, identifier), Account.disabled_at.is_(None)))


def sign_in(session: Session, secret: str, identifier: str, password: str) -> Account:
    """The account of this e-mail or national number. Raises one and the same Refusal whatever was wrong."""
    account = find(session, secret, identifier)
    if not matches(account.password_hash if account else None, password) or account is None:
        audit.record(session, ANONYMOUS, "session.refuse", account.id if account else "unknown")
        raise Refusal("sign_in_failed")
    if is_outdated(account.password_hash):
        account.password_hash = hash_password(password)
    return account


def _is_called(secret: str, identifier: str) -> ColumnElement[bool]:
    return or_(Account.email == identifier_key(identifier), Account.number_key == number_key(secret, identifier))


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


def number_key(secret: str, text: str) -> str:
    """By which an account is found again from its national number; anything else gives a key nobody has."""
    try:
        return keyed_hash(secret, "national_number", national_number(text))
    except ValueError:
        return ""


def tie(session: Session, secret: str, visitor: Visitor, person: str, number: str, names: tuple[str, str]) -> None:
    """Ties the account to a confirmed person. Raises Conflict when either is tied already."""
    account = session.get_one(Account, visitor.account, with_for_update=True)
    if account.person not in (None, person):
        raise Conflict("account_has_person")
    try:
        with session.begin_nested():
            account.person, account.number_key = person, number_key(secret, number)
            account.name_ar, account.name_latin = names
    except IntegrityError as taken:
        raise Conflict("person_has_account") from taken
    audit.record(session, actor_of(account), "account.tie", account.id, person=person)


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
    audit.record(session, visitor.actor, "account.change_password", account.id)
