"""Keeps what somebody typed into a form that was not accepted, encrypted, for half an hour, for its owner alone.

An owner is an account or, before anybody has signed in, a browser. The key of each owner's content is derived from the
gateway's secret and the owner, so that a row moved to another owner opens nothing.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.model import KeptForm
from shared.database import db

LIFETIME = timedelta(minutes=30)
# Who sits at a browser next is not known: until somebody signs in, what is kept is shown once, and soon.
BROWSER_LIFETIME = timedelta(minutes=5)
LONGEST_BYTES = 64 * 1024
NONCE_BYTES = 12

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Kept:
    """A form's address, without its language, and what was typed into it, by field in the order it was sent."""

    action: str
    pairs: Pairs


def account_owner(account_id: str) -> str:
    """An account as an owner."""
    return f"account:{account_id}"


def _is_account(owner: str) -> bool:
    """Whether the owner is an account."""
    return owner.startswith("account:")


def browser_owner(token: str) -> str:
    """A browser that nobody signed in from, by the token in its cookie."""
    return f"browser:{token}"


def keep(session: Session, secret: str, owner: str, page: str, form: Kept) -> bool:
    """Keeps the form in place of what was kept for it before. False where it is too long to be kept."""
    # Escaped, a letter of Arabic would take six bytes of the room instead of two.
    content = json.dumps({"action": form.action, "pairs": list(form.pairs)}, ensure_ascii=False).encode()
    if len(content) > LONGEST_BYTES:
        return False
    keys = {"owner_key": _owner_key(secret, owner), "action_key": _action_key(secret, owner, form.action)}
    columns = {
        "page_key": _page_key(secret, owner, page),
        "content": _encrypted(secret, owner, content, keys["action_key"]),
        "ends_at": db.now(session) + (LIFETIME if _is_account(owner) else BROWSER_LIFETIME),
    }
    statement = insert(KeptForm).values(**keys, **columns)
    session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=columns))
    return True


def find(session: Session, secret: str, owner: str, page: str) -> list[Kept]:
    """What is kept of the forms of a page. To a browser of nobody it is shown once."""
    which = KeptForm.owner_key == _owner_key(secret, owner), KeptForm.page_key == _page_key(secret, owner, page)
    rows = session.scalars(select(KeptForm).where(*which, KeptForm.ends_at > db.now(session))).all()
    if rows and not _is_account(owner):
        session.execute(delete(KeptForm).where(*which).execution_options(synchronize_session=False))
    return [kept for row in rows if (kept := _decrypted(secret, owner, row)) is not None]


def forget(session: Session, secret: str, owner: str, action: str) -> None:
    """Deletes what is kept of a form."""
    which = KeptForm.owner_key == _owner_key(secret, owner), KeptForm.action_key == _action_key(secret, owner, action)
    session.execute(delete(KeptForm).where(*which))


def forget_old(session: Session) -> None:
    """Deletes everything whose time is over."""
    session.execute(delete(KeptForm).where(KeptForm.ends_at <= db.now(session)))


def _owner_key(secret: str, owner: str) -> str:
    return keyed_hash(secret, "kept_owner", owner)


def _action_key(secret: str, owner: str, action: str) -> str:
    return keyed_hash(secret, "kept_action", f"{owner} {action}")


def _page_key(secret: str, owner: str, page: str) -> str:
    return keyed_hash(secret, "kept_page", f"{owner} {page}")


def _cipher(secret: str, owner: str) -> AESGCM:
    return AESGCM(bytes.fromhex(keyed_hash(secret, "kept_content", owner)))


def _encrypted(secret: str, owner: str, content: bytes, action_key: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(secret, owner).encrypt(nonce, content, action_key.encode())


def _decrypted(secret: str, owner: str, row: KeptForm) -> Kept | None:
    nonce, content = row.content[:NONCE_BYTES], row.content[NONCE_BYTES:]
    try:
        opened = json.loads(_cipher(secret, owner).decrypt(nonce, content, row.action_key.encode()))
    except InvalidTag:
        return None
    return Kept(opened["action"], [(name, text) for name, text in opened["pairs"]])
