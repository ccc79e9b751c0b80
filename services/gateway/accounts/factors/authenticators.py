"""Authenticator apps: six digits that change every thirty seconds (RFC 6238), each good once."""

import hmac
import re
import secrets

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from services.gateway.accounts.factors.model import Authenticator
from services.gateway.accounts.keyed import keyed_hash
from shared.database import db
from shared.values.person import plain_signs

STEP_SECONDS, SLACK_STEPS, NONCE_BYTES = 30, 1, 12
# What stands in place of a sealed key for staff of the demo. Outside demo mode no code opens it.
SPECIMEN = b"specimen"
SPECIMEN_CODE = "246810"
_CODE = re.compile(r"(?<![0-9A-Z-])[0-9](?:[ -]?[0-9]){5}(?![0-9A-Z-])", re.ASCII)
LONGEST = 300


def begin(session: Session, secret: str, account_id: str) -> str:
    """A new key (base 32) that counts once its first code was typed. One that was begun before is forgotten."""
    unconfirmed = Authenticator.account_id == account_id, Authenticator.confirmed_at.is_(None)
    session.execute(delete(Authenticator).where(*unconfirmed))
    key = pyotp.random_base32()
    sealed = _sealed(secret, account_id, key)
    session.add(Authenticator(account_id=account_id, sealed=sealed, created_at=db.now(session)))
    session.flush()
    return key


def begun(session: Session, secret: str, account_id: str) -> str | None:
    """The key that waits for its first code."""
    row = session.scalar(_rows(account_id, confirmed=False))
    return _opened(secret, row) if row else None


def confirm(session: Session, secret: str, account_id: str, typed: str) -> bool:
    """Whether this is a code of the new key, which replaces those of the account from now on."""
    row = session.scalar(_rows(account_id, confirmed=False).with_for_update())
    if row is None or not _use(session, secret, row, typed):
        return False
    others = Authenticator.account_id == account_id, Authenticator.id != row.id
    session.execute(delete(Authenticator).where(*others).execution_options(synchronize_session=False))
    row.confirmed_at = db.now(session)
    return True


def use(session: Session, secret: str, account_id: str, typed: str, *, specimen: bool) -> bool:
    """Whether this is a code of now that nobody has used. It is used up; of two who send it at once one succeeds."""
    row = session.scalar(_rows(account_id, confirmed=True).with_for_update().execution_options(populate_existing=True))
    if row is None:
        return False
    if row.sealed == SPECIMEN:
        return specimen and hmac.compare_digest(digits(typed), SPECIMEN_CODE)
    return _use(session, secret, row, typed)


def exists(session: Session, account_id: str) -> bool:
    """Whether the account has an app."""
    return session.scalar(_rows(account_id, confirmed=True)) is not None


def is_specimen(session: Session, account_id: str) -> bool:
    """Whether the account is one of the demo's staff, whose code is printed."""
    row = session.scalar(_rows(account_id, confirmed=True))
    return row is not None and row.sealed == SPECIMEN


def remove(session: Session, account_id: str) -> None:
    """The app opens nothing any more."""
    session.execute(delete(Authenticator).where(Authenticator.account_id == account_id))


def address(key: str, account: str, issuer: str) -> str:
    """What the app reads from the picture (otpauth)."""
    return pyotp.TOTP(key).provisioning_uri(name=account, issuer_name=issuer)


def digits(typed: str) -> str:
    """The six digits in what was typed or pasted, of any keyboard; empty where there are none, or others too."""
    found = {re.sub("[ -]", "", one) for one in _CODE.findall(plain_signs(typed[:LONGEST]))}
    return found.pop() if len(found) == 1 else ""


def _rows(account_id: str, *, confirmed: bool) -> Select[Authenticator]:
    state = Authenticator.confirmed_at.is_not(None) if confirmed else Authenticator.confirmed_at.is_(None)
    return select(Authenticator).where(Authenticator.account_id == account_id, state)


def _use(session: Session, secret: str, row: Authenticator, typed: str) -> bool:
    code, now = digits(typed), int(db.now(session).timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(_opened(secret, row) or pyotp.random_base32())
    for step in range(now - SLACK_STEPS, now + SLACK_STEPS + 1):
        if step > row.last_step and hmac.compare_digest(code, totp.generate_otp(step)):
            row.last_step = step
            return True
    return False


def _cipher(secret: str) -> AESGCM:
    return AESGCM(bytes.fromhex(keyed_hash(secret, "authenticator", "seal")))


def _sealed(secret: str, account_id: str, key: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(secret).encrypt(nonce, key.encode(), account_id.encode())


def _opened(secret: str, row: Authenticator) -> str | None:
    """The key; none where the row was made under another secret or moved from another account."""
    nonce, content = row.sealed[:NONCE_BYTES], row.sealed[NONCE_BYTES:]
    try:
        return _cipher(secret).decrypt(nonce, content, row.account_id.encode()).decode()
    except (InvalidTag, ValueError):
        return None
