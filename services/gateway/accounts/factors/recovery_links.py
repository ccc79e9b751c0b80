"""Links to a new password: each used once, within an hour, and ended by whatever else changes how the owner gets in."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.gateway.accounts.factors.model import RecoveryLink
from shared.database import db
from shared.database.rows import change_row
from shared.errors import NotFound

LASTS, TOKEN_BYTES = timedelta(hours=1), 32
UNKNOWN = "recovery_unknown"


def issue(session: Session, account_id: str, wanted: str) -> str:
    """Gives the token of a new link, which is kept nowhere. Earlier links of the account stop working.

    `wanted` is the page to go on with. It stands here, as an e-mail says nothing of what its reader is doing.
    """
    token, now = secrets.token_urlsafe(TOKEN_BYTES), db.now(session)
    end_links(session, account_id)
    link = RecoveryLink(token_key=_key(token), account_id=account_id, wanted=wanted, created_at=now)
    link.ends_at = now + LASTS
    session.add(link)
    return token


def find(session: Session, token: str) -> RecoveryLink:
    """A link that still works. Raises NotFound (recovery_unknown)."""
    unused = RecoveryLink.used_at.is_(None), RecoveryLink.ends_at > db.now(session)
    link = session.scalar(select(RecoveryLink).where(RecoveryLink.token_key == _key(token), *unused))
    if link is None:
        raise NotFound(UNKNOWN)
    return link


def use(session: Session, link: RecoveryLink) -> None:
    """Uses the link up; of two at once one succeeds. Raises NotFound (recovery_unknown)."""
    unused = RecoveryLink.token_key == link.token_key, RecoveryLink.used_at.is_(None)
    if change_row(session, RecoveryLink, *unused, used_at=db.now(session), wanted="") is None:
        raise NotFound(UNKNOWN)


def end_links(session: Session, account_id: str) -> None:
    """No link that was sent before opens the account any more."""
    links = RecoveryLink.account_id == account_id, RecoveryLink.used_at.is_(None)
    statement = update(RecoveryLink).where(*links).values(used_at=db.now(session), wanted="")
    session.execute(statement.execution_options(synchronize_session=False))


def _key(token: str) -> str:
    """A plain hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
