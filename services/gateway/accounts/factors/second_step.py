"""The second step of signing in: after the password, a code of the app or a printed one."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.gateway.accounts.factors import authenticators, passkeys, recovery_codes
from services.gateway.accounts.factors.model import (
    Authenticator,
    Passkey,
    PasskeyChallenge,
    PendingSignIn,
    RecoveryLink,
)
from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account
from services.gateway.accounts.sessions import actor_of
from shared.database import audit, db

LASTS, TRIES = timedelta(minutes=10), 5


def has_factor(session: Session, account_id: str) -> bool:
    """Whether a password alone does not open the account."""
    apps = select(Authenticator.account_id).where(
        Authenticator.account_id == account_id, Authenticator.confirmed_at.is_not(None)
    )
    keys = select(Passkey.account_id).where(Passkey.account_id == account_id)
    return session.scalar(apps.union_all(keys).limit(1)) is not None


def begin(session: Session, secret: str, browser: str, account: Account) -> None:
    """The browser has given the right password."""
    values = {"account_id": account.id, "tries": 0, "ends_at": db.now(session) + LASTS}
    fresh = insert(PendingSignIn).values(browser_key=_key(secret, browser), **values)
    session.execute(fresh.on_conflict_do_update(index_elements=["browser_key"], set_=values))


def end_waiting(session: Session, account_id: str) -> None:
    """Browsers that gave a password which is not the account's any more begin again."""
    session.execute(delete(PendingSignIn).where(PendingSignIn.account_id == account_id))


def waiting(session: Session, secret: str, browser: str) -> Account | None:
    """The account that a browser is about to enter."""
    row = session.get(PendingSignIn, _key(secret, browser), with_for_update=True, populate_existing=True)
    if row is None or row.ends_at <= db.now(session) or row.tries >= TRIES:
        return None
    account = session.get(Account, row.account_id)
    return account if account is not None and account.disabled_at is None else None


def finish(session: Session, secret: str, browser: str, typed: str, *, specimen: bool) -> Account | None:
    """The account, when the code is right. Otherwise a try is counted, which the caller commits, and nothing opens."""
    account = waiting(session, secret, browser)
    if account is None:
        return None
    row = session.get_one(PendingSignIn, _key(secret, browser))
    row.tries += 1
    if not use_code(session, secret, account, typed, specimen=specimen):
        audit.record(session, actor_of(account), "factor.refuse", account.id)
        return None
    session.delete(row)
    return account


def use_code(session: Session, secret: str, account: Account, typed: str, *, specimen: bool) -> bool:
    """Whether this is a code of the account's app, or one of its printed codes, whose use is told to its owner."""
    if authenticators.use(session, secret, account.id, typed, specimen=specimen):
        return True
    if not recovery_codes.use(session, secret, account.id, typed):
        return False
    audit.record(session, actor_of(account), "factor.use_recovery_code", account.id)
    queue.tell(session, account, queue.FACTOR_CHANGED)
    return True


def remove_all(session: Session, account_id: str) -> None:
    """The account has no second factor any more."""
    authenticators.remove(session, account_id)
    recovery_codes.remove(session, account_id)
    passkeys.remove(session, account_id)


def delete_old(session: Session) -> None:
    """Deletes what nobody can use any more."""
    now = db.now(session)
    for table in (PendingSignIn, PasskeyChallenge, RecoveryLink):
        session.execute(delete(table).where(table.ends_at < now))


def _key(secret: str, browser: str) -> str:
    return keyed_hash(secret, "pending_sign_in", browser)
