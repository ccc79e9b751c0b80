"""Browsers from which an account was opened before: there its owner is never locked out by the wrong tries of others.

A browser keeps a random token for thirteen months; we keep its hash with the accounts that were opened there.
"""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.model import AccountDevice
from shared.database import db

LIFETIME = timedelta(days=400)
LONGEST_TOKEN = 64


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(32)


def device_key(secret: str, token: str) -> str:
    """By which a browser's token is found again."""
    return keyed_hash(secret, "device", token)


def is_known(session: Session, secret: str, account_id: str, token: str | None) -> bool:
    """Whether the account was opened from the browser with this token before."""
    if not token:
        return False
    key = device_key(secret, token)
    since = db.now(session) - LIFETIME
    known = select(AccountDevice.token_key).where(
        AccountDevice.token_key == key, AccountDevice.account_id == account_id, AccountDevice.seen_at > since
    )
    return session.scalar(known) is not None


def remember(session: Session, secret: str, account_id: str, token: str) -> None:
    """The account was just opened from the browser with this token."""
    values = {"token_key": device_key(secret, token), "account_id": account_id}
    fresh = insert(AccountDevice).values(values)
    keys = [AccountDevice.token_key, AccountDevice.account_id]
    session.execute(fresh.on_conflict_do_update(index_elements=keys, set_={"seen_at": db.now(session)}))


def forget(session: Session, secret: str, account_id: str, but: str | None = None) -> None:
    """Forgets all browsers of an account, but for the one with this token; and any whose time is over."""
    kept = device_key(secret, but) if but else ""
    others = AccountDevice.account_id == account_id, AccountDevice.token_key != kept
    session.execute(delete(AccountDevice).where(*others))
    session.execute(delete(AccountDevice).where(AccountDevice.seen_at <= db.now(session) - LIFETIME))
