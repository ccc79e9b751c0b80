"""One-time codes: hashed, bound to one subject and one purpose, for a time, used once, with few tries."""

import hmac
import secrets
from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.model import IssuedCode
from shared.database import db
from shared.values.references import ALPHABET
from shared.values.references import code as code_in

SIGN_UP, CONTACT, COUNTER, POST = "sign_up", "contact", "counter", "post"
INQUIRY = "inquiry"
RECOVERY, NEW_CONTACT, PHONE = "recovery", "new_contact", "phone"
LASTS = {
    SIGN_UP: timedelta(hours=1),
    CONTACT: timedelta(hours=1),
    COUNTER: timedelta(hours=24),
    POST: timedelta(days=45),
    INQUIRY: timedelta(hours=1),
    RECOVERY: timedelta(hours=1),
    NEW_CONTACT: timedelta(hours=1),
    PHONE: timedelta(hours=1),
}
LENGTH, TRIES = 8, 5
GROUPS, LONGEST = (4, 4), 300


def issue(session: Session, secret: str, subject: str, purpose: str, issued_by: str) -> str:
    """A new code, which is stored as a hash alone. The one before stops working."""
    code, now = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH)), db.now(session)
    key = {"subject": subject, "purpose": purpose}
    values = {
        "code_hash": _hash(secret, subject, purpose, code),
        "issued_by": issued_by,
        "created_at": now,
        "ends_at": now + LASTS[purpose],
        "tries": 0,
        "used_at": None,
    }
    statement = insert(IssuedCode).values(**key, **values)
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
    return f"{code[:4]}-{code[4:]}"


def use(session: Session, secret: str, subject: str, purpose: str, typed: str) -> IssuedCode | None:
    """Uses the code up if it is the right one; otherwise counts a try, which the caller must commit, and gives None.

    The row is locked, so that of two who send a code at once one succeeds.
    """
    row = session.get(IssuedCode, (subject, purpose), with_for_update=True, populate_existing=True)
    if row is None or row.used_at is not None or row.ends_at <= db.now(session) or row.tries >= TRIES:
        return None
    if not hmac.compare_digest(row.code_hash, _hash(secret, subject, purpose, code_in(typed[:LONGEST], GROUPS))):
        row.tries += 1
        return None
    row.used_at = db.now(session)
    return row


def _hash(secret: str, subject: str, purpose: str, code: str) -> str:
    return keyed_hash(secret, f"code {purpose} {subject}", code)
